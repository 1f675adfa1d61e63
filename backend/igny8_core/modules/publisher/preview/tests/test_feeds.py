"""The sitemap, the RSS feed and robots.txt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from igny8_core.modules.publisher.preview.catalog import Catalog
from igny8_core.modules.publisher.preview.feeds import robots_txt, rss, sitemap
from igny8_core.modules.publisher.preview.markup import line
from igny8_core.modules.publisher.preview.tests.samples import SITE, START, make_post, parse_xml

NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
BASE = SITE.base_url
AWKWARD = replace(SITE, base_url="https://app.example/a&b/preview/x")


def locations(text: str) -> list[str | None]:
    return [node.text for node in parse_xml(text).iter(f"{NS}loc")]


class TestSitemap:
    def test_every_page_is_named_once_with_its_last_change(self) -> None:
        entries = [
            make_post(1).entry(),
            make_post(2, updated_at=START + timedelta(days=30)).entry(),
            make_post(4).entry(),
        ]
        (text,) = sitemap(SITE, Catalog.of(entries)).values()
        rows = [[child.text for child in url] for url in parse_xml(text)]
        assert rows == [
            [f"{BASE}/", "2026-05-31T09:30:00+00:00"],
            [f"{BASE}/category/equipment/", "2026-05-05T09:30:00+00:00"],
            [f"{BASE}/post-4/", "2026-05-05T09:30:00+00:00"],
            [f"{BASE}/post-2/", "2026-05-31T09:30:00+00:00"],
            [f"{BASE}/post-1/", "2026-05-02T09:30:00+00:00"],
        ]

    def test_addresses_are_escaped(self) -> None:
        (text,) = sitemap(AWKWARD, Catalog.of([make_post(2).entry()])).values()
        assert "<loc>https://app.example/a&amp;b/preview/x/post-2/</loc>" in text
        assert locations(text)[-1] == "https://app.example/a&b/preview/x/post-2/"

    def test_empty_site_names_its_home_page_without_a_date(self) -> None:
        (text,) = sitemap(SITE, Catalog.of(())).values()
        assert [[child.tag for child in url] for url in parse_xml(text)] == [[f"{NS}loc"]]
        assert locations(text) == [f"{BASE}/"]

    def test_too_many_addresses_become_an_index_of_files(self) -> None:
        catalog = Catalog.of(make_post(number, category="").entry() for number in range(1, 5))
        files = sitemap(SITE, catalog, urls_max=2)
        assert list(files) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]
        assert locations(files["sitemap.xml"]) == [f"{BASE}/sitemap-{number}.xml" for number in (1, 2, 3)]
        assert parse_xml(files["sitemap.xml"]).tag == f"{NS}sitemapindex"
        assert locations(files["sitemap-3.xml"]) == [f"{BASE}/post-1/"]


class TestRss:
    def test_channel_names_itself(self) -> None:
        catalog = Catalog.of([make_post(2, updated_at=START + timedelta(days=30)).entry()])
        channel = parse_xml(rss(SITE, catalog))[0]
        assert [channel.findtext(name) for name in ("title", "link", "description", "language")] == [
            "Kettle & Leaf",
            f"{BASE}/",
            "Plain advice on brewing better tea.",
            "en-GB",
        ]
        assert channel.findtext("lastBuildDate") == "Sun, 31 May 2026 09:30:00 GMT"
        (self_link,) = channel.iter(f"{ATOM}link")
        assert self_link.attrib == {"href": f"{BASE}/feed.xml", "rel": "self", "type": "application/rss+xml"}

    def test_item_carries_the_post(self) -> None:
        (item,) = parse_xml(rss(SITE, Catalog.of([make_post(1).entry()]))).iter("item")
        assert [(child.tag, child.text) for child in item] == [
            ("title", "Post 1"),
            ("link", f"{BASE}/post-1/"),
            ("guid", "urn:uuid:00000000-0000-0000-0000-000000000001"),
            ("pubDate", "Sat, 02 May 2026 09:30:00 GMT"),
            ("description", "Excerpt of post 1."),
            ("{http://purl.org/dc/elements/1.1/}creator", "Mara Lindqvist"),
            ("category", "Equipment"),
            ("category", "green tea"),
        ]
        assert [guid.attrib for guid in item.iter("guid")] == [{"isPermaLink": "false"}]

    def test_only_the_newest_twenty(self) -> None:
        catalog = Catalog.of(make_post(number).entry() for number in range(1, 31))
        assert [item.findtext("title") for item in parse_xml(rss(SITE, catalog)).iter("item")] == [
            f"Post {number}" for number in range(30, 10, -1)
        ]

    def test_empty_site_has_a_whole_feed(self) -> None:
        channel = parse_xml(rss(replace(SITE, description=" "), Catalog.of(())))[0]
        assert channel.findtext("description") == "Kettle & Leaf"
        assert (channel.find("lastBuildDate"), channel.find("item")) == (None, None)

    @given(title=st.text(min_size=1).filter(line), moment=st.datetimes(min_value=datetime(1970, 1, 1)))
    def test_any_text_is_well_formed_and_any_date_reads_back(self, title: str, moment: datetime) -> None:
        at = moment.replace(tzinfo=UTC, microsecond=0)
        entry = make_post(title=title, excerpt=title, category=title, published_at=at, updated_at=at).entry()
        catalog = Catalog.of([entry])
        (item,) = parse_xml(rss(SITE, catalog).encode()).iter("item")
        assert (item.findtext("title"), item.findtext("description")) == (line(title), line(title))
        assert parsedate_to_datetime(item.findtext("pubDate") or "") == at
        (text,) = sitemap(SITE, catalog).values()
        assert len(locations(text)) == 3


def test_robots_txt_lets_a_crawler_read_the_noindex() -> None:
    lines = [one for one in robots_txt(SITE).splitlines() if one and not one.startswith("#")]
    assert lines == ["User-agent: *", "Disallow:", f"Sitemap: {BASE}/sitemap.xml"]
