"""What machines read: the sitemap, the RSS feed and robots.txt; it renders text and never touches a file."""

from collections.abc import Sequence
from datetime import datetime
from string import Template

from igny8_core.modules.publisher.preview.catalog import PER_PAGE, Catalog
from igny8_core.modules.publisher.preview.markup import esc, iso, line, rfc822
from igny8_core.modules.publisher.preview.types import PreviewEntry, PreviewSite

SITEMAP_URLS_MAX = (
    50_000  # sitemaps.org/protocol.html; a longer list becomes numbered files and an index of them
)
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

_RSS = Template("""\
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>$title</title>
<link>$home</link>
<description>$description</description>
<language>$language</language>
<atom:link href="$feed" rel="self" type="application/rss+xml"/>
$built$items</channel>
</rss>
""")

_ITEM = Template("""\
<item>
<title>$title</title>
<link>$link</link>
<guid isPermaLink="false">urn:uuid:$post_id</guid>
<pubDate>$published</pubDate>
<description>$description</description>
$author$categories</item>
""")

_ROBOTS = """\
# Nothing is disallowed on purpose: every page says noindex, and a crawler that
# may not fetch a page cannot read that.
User-agent: *
Disallow:

Sitemap: {sitemap}
"""


def sitemap(site: PreviewSite, catalog: Catalog, *, urls_max: int = SITEMAP_URLS_MAX) -> dict[str, str]:
    """The sitemap's files by name, the others before the `sitemap.xml` that names them."""
    urls = _urls(site, catalog)
    parts = [urls[start : start + urls_max] for start in range(0, len(urls), urls_max)]
    if len(parts) == 1:
        return {"sitemap.xml": _urlset(parts[0])}
    files = {f"sitemap-{number}.xml": _urlset(part) for number, part in enumerate(parts, start=1)}
    return files | {"sitemap.xml": _sitemap_index(site, list(files))}


def rss(site: PreviewSite, catalog: Catalog) -> str:
    """RSS 2.0 of the newest twenty posts; their excerpts, since a reader should see the page itself."""
    modified_at = _modified_at(catalog.entries)
    return _DECLARATION + _RSS.substitute(
        title=esc(site.name),
        home=esc(site.url()),
        description=esc(line(site.description) or site.name),
        language=esc(site.language),
        feed=esc(site.url("feed.xml")),
        built=f"<lastBuildDate>{rfc822(modified_at)}</lastBuildDate>\n" if modified_at else "",
        items="".join(_item(site, entry) for entry in catalog.entries[:PER_PAGE]),
    )


def robots_txt(site: PreviewSite) -> str:
    """The robots.txt of the site; crawlers obey it only where the site has a host of its own."""
    return _ROBOTS.format(sitemap=site.url("sitemap.xml"))


def _item(site: PreviewSite, entry: PreviewEntry) -> str:
    categories = (line(name) for name in (entry.category, *entry.tags))
    return _ITEM.substitute(
        title=esc(entry.title),
        link=esc(site.url(f"{entry.slug}/")),
        post_id=esc(entry.post_id),
        published=rfc822(entry.published_at),
        description=esc(entry.excerpt),
        author=f"<dc:creator>{esc(entry.author_name)}</dc:creator>\n" if line(entry.author_name) else "",
        categories="".join(f"<category>{esc(name)}</category>\n" for name in categories if name),
    )


def _urls(site: PreviewSite, catalog: Catalog) -> list[str]:
    posts = [_url(site.url(f"{entry.slug}/"), _modified_at([entry])) for entry in catalog.entries]
    categories = [_url(site.url(one.link.path), _modified_at(one.entries)) for one in catalog.categories]
    return [_url(site.url(), _modified_at(catalog.entries)), *categories, *posts]


def _url(address: str, modified_at: datetime | None) -> str:
    lastmod = f"<lastmod>{iso(modified_at)}</lastmod>" if modified_at else ""
    return f"<url><loc>{esc(address)}</loc>{lastmod}</url>\n"


def _urlset(urls: Sequence[str]) -> str:
    return f'{_DECLARATION}<urlset xmlns="{_NAMESPACE}">\n{"".join(urls)}</urlset>\n'


def _sitemap_index(site: PreviewSite, names: Sequence[str]) -> str:
    rows = "".join(f"<sitemap><loc>{esc(site.url(name))}</loc></sitemap>\n" for name in names)
    return f'{_DECLARATION}<sitemapindex xmlns="{_NAMESPACE}">\n{rows}</sitemapindex>\n'


def _modified_at(entries: Sequence[PreviewEntry]) -> datetime | None:
    return max((max(entry.updated_at, entry.published_at) for entry in entries), default=None)
