"""Proves the points of size, link, image and snippet checks at the edges of their thresholds; it needs no network."""

import pytest

from igny8_core.modules.optimizer.scoring import Place, Position
from igny8_core.modules.optimizer.scoring.links import LinkKind, link_kind
from igny8_core.modules.optimizer.scoring.pixels import title_width
from igny8_core.modules.optimizer.scoring.tests.pages import filler, finding, page, points


@pytest.mark.parametrize(
    ("words", "is_cornerstone", "expected"),
    [
        (0, False, -20),
        (99, False, -20),
        (100, False, -10),
        (199, False, -10),
        (200, False, 3),
        (249, False, 3),
        (250, False, 6),
        (299, False, 6),
        (300, False, 9),
        (299, True, -20),
        (300, True, 3),
        (399, True, 3),
        (400, True, 6),
        (899, True, 6),
        (900, True, 9),
    ],
)
def test_text_length_at_each_edge(words: int, is_cornerstone: bool, expected: int) -> None:
    html = f"<h2>{filler(words // 2)}</h2><p>{filler(words - words // 2)}</p>"
    found = finding("text_length", page(html=html, is_cornerstone=is_cornerstone))
    assert (found.points, found.value) == (expected, words)
    assert (found.advice == "Nothing to change.") is (expected == 9)


@pytest.mark.parametrize(
    ("size", "expected", "position"),
    [
        (0, 1, None),
        (1, 6, None),
        (120, 6, None),
        (121, 9, None),
        (156, 9, None),
        (157, 6, Position(Place.CHARACTER, 156)),
    ],
)
def test_meta_description_length_at_each_edge(size: int, expected: int, position: Position | None) -> None:
    found = finding("meta_description_length", page(meta_description="x" * size + " "))
    assert (found.points, found.position) == (expected, position)


@pytest.mark.parametrize(
    ("title", "width", "expected"),
    [("", 0, 1), ("  ", 0, 1), ("m" * 36, 600, 9), ("m" * 36 + "i", 605, 3), ("i", 5, 9)],
)
def test_title_width_at_each_edge(title: str, width: int, expected: int) -> None:
    found = finding("title_width", page(title=title))
    assert (found.value, found.points) == (width, expected)


@pytest.mark.parametrize(
    ("title", "width"),
    [("W", 19), ("é", 12), ("e\u0301", 12), ("漢", 20), ("ж", 12), ("Ж", 14), ("ﬀ", 6), ("\u200d", 12)],
)
def test_title_width_of_characters_outside_the_table(title: str, width: int) -> None:
    assert title_width(title) == width


def _links(href: str, *, followed: int, unfollowed: int) -> str:
    return (
        f'<a href="{href}">a</a>' * followed + f'<a href="{href}" rel="noopener NoFollow">a</a>' * unfollowed
    )


@pytest.mark.parametrize(
    ("check", "href"), [("outbound_links", "https://example.org/"), ("internal_links", "/other")]
)
@pytest.mark.parametrize(
    ("followed", "unfollowed", "expected"), [(0, 0, 3), (0, 2, 7), (1, 1, 8), (1, 0, 9), (3, 0, 9)]
)
def test_links_want_to_be_followed(
    check: str, href: str, followed: int, unfollowed: int, expected: int
) -> None:
    html = _links(href, followed=followed, unfollowed=unfollowed)
    found = finding(check, page(html=html))
    assert (found.points, found.value) == (expected, followed + unfollowed)
    assert found.position == (Position(Place.LINK, followed) if unfollowed else None)


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("/a", LinkKind.INTERNAL),
        ("a.html", LinkKind.INTERNAL),
        ("?p=1", LinkKind.INTERNAL),
        ("https://coffee.example/a", LinkKind.INTERNAL),
        ("//WWW.Coffee.Example:443/a", LinkKind.INTERNAL),
        ("https://blog.coffee.example/", LinkKind.OUTBOUND),
        ("http://example.org", LinkKind.OUTBOUND),
        ("#part", None),
        ("", None),
        ("mailto:a@example.org", None),
        ("tel:123", None),
        ("javascript:void(0)", None),
        ("https://", None),
        ("http://[::1", None),
    ],
)
@pytest.mark.parametrize(
    "site_host", ["coffee.example", "www.coffee.example", "https://coffee.example:8000/"]
)
def test_link_kind_compares_hosts(href: str, kind: LinkKind | None, site_host: str) -> None:
    assert link_kind(href, site_host=site_host) is kind


@pytest.mark.parametrize("site_host", ["", "[", "//"])
def test_link_kind_without_a_site_host_trusts_relative_links_only(site_host: str) -> None:
    assert link_kind("/a", site_host=site_host) is LinkKind.INTERNAL
    assert link_kind("https://example.org/", site_host=site_host) is LinkKind.OUTBOUND


@pytest.mark.parametrize(
    ("html", "expected", "position"),
    [
        ("<p>a</p>", 9, None),
        ("<h1>Title</h1><p>a</p>", 9, None),
        ("<p>a</p><h1>b</h1>", 1, Position(Place.HEADING, 0)),
        ("<h1>Title</h1><h2>a</h2><h1>b</h1>", 1, Position(Place.HEADING, 2)),
        ("<p>a</p><h1> </h1>", 9, None),
    ],
)
def test_single_h1_allows_the_title_alone(html: str, expected: int, position: Position | None) -> None:
    found = finding("single_h1", page(html=html))
    assert (found.points, found.position) == (expected, position)


@pytest.mark.parametrize(("html", "expected"), [("<p>a</p>", 3), ("<img>", 9), ("<img><img>", 9)])
def test_images_want_at_least_one(html: str, expected: int) -> None:
    assert points("images", html=html) == expected
