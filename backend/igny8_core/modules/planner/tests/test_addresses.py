"""Addresses of pages: kept, compared, and read for the query that they seem to answer."""

import pytest

from igny8_core.modules.planner.ownership.addresses import (
    address_key,
    address_spellings,
    addresses_read,
    is_of_site,
    page_address,
    query_derive,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("HTTPS://Example.com/Guide#top", "https://example.com/Guide"),
        ("example.com", "https://example.com/"),
        ("https://example.com/a?utm_source=x&page=2", "https://example.com/a?page=2"),
        ("https://example.com/a?gclid=1", "https://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("javascript://example.com/", ""),
        ("https://user@example.com/", ""),
        ("not an address", ""),
        ("https://example.com:port/", ""),
        ("https://example.com/" + "a" * 500, ""),
        ("", ""),
    ],
)
def test_page_address_keeps_what_names_the_page(text: str, address: str) -> None:
    assert page_address(text) == address


def test_spellings_of_one_page_have_one_key() -> None:
    spellings = address_spellings("https://www.example.com/moka/")
    assert len(spellings) == 8
    assert {address_key(one) for one in spellings} == {"example.com/moka"}
    assert address_key("https://example.com/moka?page=2") != address_key("https://example.com/moka")


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("https://example.com/a", True),
        ("https://www.example.com/a", True),
        ("https://blog.example.com/a", True),
        ("https://example.com.evil.test/a", False),
        ("https://notexample.com/a", False),
    ],
)
def test_is_of_site_knows_the_domain_and_what_is_below(url: str, is_own: bool) -> None:
    assert is_of_site(url, domain="www.example.com") is is_own


@pytest.mark.parametrize(
    ("url", "title", "query"),
    [
        ("https://e.test/blog/how-to-clean-a-moka-pot/", "Sparkling!", "how to clean a moka pot"),
        ("https://e.test/moka_pot.html", "", "moka pot"),
        ("https://e.test/2024/05/moka-pot-2024", "", "moka pot"),
        ("https://e.test/espresso", "", "espresso"),
        ("https://e.test/?p=17", "Moka pots compared | Bean House", ""),
        ("https://e.test/post/12345", "Moka pots compared | Bean House", "moka pots compared"),
        ("https://e.test/archive-of-roasts", "Coffee – Bean House", "archive of roasts"),
        ("https://e.test/category-page", "Roasts - Bean House", "roasts"),
        ("https://e.test/category", "Coffee – Bean House", "coffee"),
        ("https://e.test/", "Bean House", ""),
        ("https://e.test/caf%C3%A9-cr%C3%A8me", "", "café crème"),
    ],
)
def test_query_derive_reads_the_address_first(url: str, title: str, query: str) -> None:
    assert query_derive(url=url, title=title) == query


def test_addresses_are_read_from_a_sitemap() -> None:
    text = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc> https://e.test/a?x=1&amp;y=2 </loc>'
        "<lastmod>2024-01-01</lastmod></url><url><loc><![CDATA[https://e.test/b]]></loc></url>"
        "<url><loc>https://e.test/b</loc></url></urlset>"
    )
    assert addresses_read(text) == [("https://e.test/a?x=1&y=2", ""), ("https://e.test/b", "")]


def test_addresses_are_read_from_lines() -> None:
    text = '\ufeffhttps://e.test/a, "Title, with ""comma"""\nhttps://e.test/b\tTab\n\nhttps://e.test/c\n'
    assert addresses_read(text) == [
        ("https://e.test/a", 'Title, with "comma"'),
        ("https://e.test/b", "Tab"),
        ("https://e.test/c", ""),
    ]
