"""The home page and the category pages, twenty posts to a page; it renders text and never touches a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from igny8_core.modules.publisher.preview.byline import byline_short
from igny8_core.modules.publisher.preview.catalog import PER_PAGE, Catalog, Category
from igny8_core.modules.publisher.preview.layout import Page, document, meta, meta_property, own_words
from igny8_core.modules.publisher.preview.markup import esc, line
from igny8_core.modules.publisher.preview.types import PreviewEntry, PreviewSite

_CARD = Template("""\
<li class="card">
<h2><a href="$href">$title</a></h2>
$byline
$excerpt</li>
""")


@dataclass(frozen=True, kw_only=True)
class _Listing:
    """One page of a list: all its posts, the folder of its first page, and which page this is, from 1."""

    entries: Sequence[PreviewEntry]
    folder: str
    number: int

    @property
    def path(self) -> str:
        return page_path(self.folder, number=self.number)

    @property
    def shown(self) -> Sequence[PreviewEntry]:
        return self.entries[(self.number - 1) * PER_PAGE : self.number * PER_PAGE]


def index_page(site: PreviewSite, catalog: Catalog, *, number: int = 1) -> str:
    """The home page, at the root, or a later page of it, at `page/<number>/`."""
    listing = _Listing(entries=catalog.entries, folder="", number=number)
    is_home = number == 1
    lead = f'<p class="lead">{esc(site.description)}</p>\n' if is_home and line(site.description) else ""
    main = "".join(
        [
            f'<header class="masthead">\n<h1>{esc(site.name)}</h1>\n{lead}</header>\n',
            _categories(site, catalog.categories) if is_home else "",
            _cards(site, listing),
            _pagination(site, listing),
        ]
    )
    head = _head(site, listing, title=site.name, description=site.description)
    return document(site, Page(title=_title(site.name, number), main=main, head=head, is_home=is_home))


def category_page(site: PreviewSite, category: Category, *, number: int = 1) -> str:
    """One page of a category, at `category/<slug>/` or `category/<slug>/page/<number>/`."""
    listing = _Listing(entries=category.entries, folder=category.link.path, number=number)
    breadcrumb = f'<ol>\n<li><a href="{esc(site.path())}">{esc(site.name)}</a></li>\n</ol>\n'
    main = "".join(
        [
            f'<header class="masthead">\n<nav class="breadcrumb" aria-label="Breadcrumb">\n{breadcrumb}</nav>\n',
            f"<h1>{esc(category.name)}</h1>\n</header>\n",
            _cards(site, listing),
            _pagination(site, listing),
        ]
    )
    title = _title(f"{category.name} – {site.name}", number)
    head = _head(site, listing, title=title, description=f"{category.name} – {site.description}")
    return document(site, Page(title=title, main=main, head=head))


def page_count(entries: Sequence[PreviewEntry]) -> int:
    """How many pages a list fills; an empty one still has its first."""
    return max(1, -(-len(entries) // PER_PAGE))


def page_path(folder: str, *, number: int) -> str:
    """Where a page of a list stands, relative to the site's home page."""
    return folder if number == 1 else f"{folder}page/{number}/"


def _title(title: str, number: int) -> str:
    return title if number == 1 else f"{title} – {number}"


def _head(site: PreviewSite, listing: _Listing, *, title: str, description: str) -> str:
    # A later page is its own canonical page: pointing it at the first would hide the posts that only it links.
    url = site.url(listing.path)
    return "".join(
        [
            meta("description", description),
            f'<link rel="canonical" href="{esc(url)}">\n',
            meta_property("og:type", "website"),
            meta_property("og:title", title),
            meta_property("og:description", description),
            meta_property("og:url", url),
            meta_property("og:site_name", site.name),
        ]
    )


def _categories(site: PreviewSite, categories: Sequence[Category]) -> str:
    if not categories:
        return ""
    items = "".join(_category_item(site, category) for category in categories)
    return f'<nav class="categories" aria-label="Categories">\n<ul>\n{items}</ul>\n</nav>\n'


def _category_item(site: PreviewSite, category: Category) -> str:
    count = f"<small>{len(category.entries)}</small>"
    return f'<li><a href="{esc(site.path(category.link.path))}">{esc(category.name)} {count}</a></li>\n'


def _cards(site: PreviewSite, listing: _Listing) -> str:
    if not listing.shown:
        return f'<p class="empty">{own_words(site, "No articles yet.")}</p>\n'
    return '<ol class="cards">\n' + "".join(_card(site, entry) for entry in listing.shown) + "</ol>\n"


def _card(site: PreviewSite, entry: PreviewEntry) -> str:
    return _CARD.substitute(
        href=esc(site.path(f"{entry.slug}/")),
        title=esc(entry.title),
        byline=byline_short(site, entry),
        excerpt=f'<p class="excerpt">{esc(entry.excerpt)}</p>\n' if line(entry.excerpt) else "",
    )


def _pagination(site: PreviewSite, listing: _Listing) -> str:
    count = page_count(listing.entries)
    if count == 1:
        return ""
    newer = (
        _turn(site, listing, number=listing.number - 1, rel="prev", text="Newer")
        if listing.number > 1
        else ""
    )
    older = (
        _turn(site, listing, number=listing.number + 1, rel="next", text="Older")
        if listing.number < count
        else ""
    )
    place = f"<span>{own_words(site, f'Page {listing.number} of {count}')}</span>\n"
    return f'<nav class="pagination" aria-label="Pages">\n{newer}{place}{older}</nav>\n'


def _turn(site: PreviewSite, listing: _Listing, *, number: int, rel: str, text: str) -> str:
    path = page_path(listing.folder, number=number)
    return f'<a rel="{rel}" href="{esc(site.path(path))}">{own_words(site, text)}</a>\n'
