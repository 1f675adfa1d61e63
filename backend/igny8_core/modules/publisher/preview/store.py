"""The preview sites under one root: every change to them goes through here, under the site's lock; it knows no tenant.

A write stores the post, then makes its page, then the manifest, then the pages that list it, and last removes what
nothing mentions any more: no page is listed before it is there or after it is gone. A mark stands from the first step
to the last; a writer that finds the mark of a killed one makes every page anew from the stored posts.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from igny8_core.modules.publisher.preview import serving
from igny8_core.modules.publisher.preview.catalog import Catalog
from igny8_core.modules.publisher.preview.errors import PreviewDamaged, PreviewSlugTaken
from igny8_core.modules.publisher.preview.feeds import robots_txt, rss, sitemap
from igny8_core.modules.publisher.preview.folder import SiteFolder, site_lock
from igny8_core.modules.publisher.preview.layout import stylesheet
from igny8_core.modules.publisher.preview.lists import category_page, index_page, page_count, page_path
from igny8_core.modules.publisher.preview.readback import read_page
from igny8_core.modules.publisher.preview.render import fingerprint, not_found_page, post_page
from igny8_core.modules.publisher.preview.types import (
    PageFacts,
    PreviewPost,
    PreviewSite,
    post_id_check,
    token_check,
)

_NOTHING = Catalog.of(())


@dataclass(frozen=True)
class PreviewStore:
    """All preview sites of an installation, in one folder."""

    root: Path

    def write_post(self, site: PreviewSite, post: PreviewPost) -> str:
        """Publish a post, new or changed, and return its address; the same post twice is one page, listed once.

        Raises PreviewSlugTaken, PreviewDamaged when a neighbour's stored copy is unreadable, and OSError when the disk
        refuses; after any of them, and after a kill, the same call may be made again.
        """
        with site_lock(self.root, site.token):
            folder = self._folder(site.token)
            shown, catalog = _load(folder, site, except_id=post.post_id)
            suggestion = catalog.free_slug(post.slug, post_id=post.post_id)
            if suggestion != post.slug:
                raise PreviewSlugTaken(post.slug, suggestion=suggestion)
            folder.begin()
            folder.post_write(post)
            _make_pages(folder, site, shown=shown, catalog=catalog.with_entry(post.entry()), post=post)
        return site.url(_post_path(post.slug))

    def remove_post(self, site: PreviewSite, post_id: str) -> bool:
        """Take a post off the site; False when it was not there. Raises as `write_post` does."""
        post_id_check(post_id)
        with site_lock(self.root, site.token):
            folder = self._folder(site.token)
            if not folder.path.exists():
                return False
            shown, catalog = _load(folder, site, except_id=post_id)
            folder.begin()
            was_there = folder.post_remove(post_id)
            _make_pages(folder, site, shown=shown, catalog=catalog.without(post_id))
        return was_there

    def post_ids(self, token: str) -> set[str]:
        """The posts that the site holds."""
        return self._folder(token).post_ids()

    def rebuild(self, site: PreviewSite) -> None:
        """Make every page anew from the stored posts: the site's name or address has changed, or a file was lost."""
        with site_lock(self.root, site.token):
            folder = self._folder(site.token)
            folder.begin()
            _make_pages(folder, site, shown=_NOTHING, catalog=_stored(folder))

    def read_back(self, site: PreviewSite, post_id: str) -> PageFacts | None:
        """What the post's written page says; None unless the manifest names it and the page is that post's."""
        post_id_check(post_id)
        if not self._folder(site.token).path.exists():
            return None
        with site_lock(self.root, site.token, is_shared=True):
            return _page_facts(self._folder(site.token), site, post_id)

    def site_remove(self, token: str) -> None:
        """Remove the site, its pages and its stored posts; from the first moment no page of it is served."""
        with site_lock(self.root, token):
            folder = self._folder(token).path
            doomed = self.root / f".removed-{token}"
            if doomed.exists():  # a removal was killed half-way
                shutil.rmtree(doomed)
            if folder.exists():
                folder.rename(doomed)
                shutil.rmtree(doomed)

    def resolve(self, path: str) -> Path | None:
        """The file that answers `<token>/<path>`, see `serving.resolve`."""
        return serving.resolve(self.root, path)

    def _folder(self, token: str) -> SiteFolder:
        return SiteFolder(self.root / token_check(token))


def _load(folder: SiteFolder, site: PreviewSite, *, except_id: str) -> tuple[Catalog, Catalog]:
    """What the pages show now, and what the site holds; they differ after a kill or a change of the theme."""
    if not folder.is_unfinished():
        entries = folder.manifest(fingerprint=fingerprint(site))
        if entries is not None:
            catalog = Catalog.of(entries)
            return catalog, catalog
    return _NOTHING, _stored(folder, except_id=except_id)


def _stored(folder: SiteFolder, *, except_id: str | None = None) -> Catalog:
    return Catalog.of(post.entry() for post in folder.posts(except_id=except_id))


def _make_pages(
    folder: SiteFolder,
    site: PreviewSite,
    *,
    shown: Catalog,
    catalog: Catalog,
    post: PreviewPost | None = None,
) -> None:
    """Write what `catalog` needs and `shown` lacks, `post` first, in the order that the module's docstring gives."""
    frame = {"style.css": stylesheet(), "404.html": not_found_page(site), "robots.txt": robots_txt(site)}
    for path, text in frame.items():
        folder.write(path, text)
    for stale in _stale_posts(folder, shown=shown, catalog=catalog, post=post):
        links = catalog.links(stale.post_id)
        folder.write(f"{_post_path(stale.slug)}index.html", post_page(site, stale, links=links))
    folder.manifest_write(catalog.entries, fingerprint=fingerprint(site))
    listed = [f"{_post_path(entry.slug)}index.html" for entry in catalog.entries]
    for path, text in _list_files(site, catalog):
        folder.write(path, text)
        listed.append(path)
    folder.sweep({*frame, *listed})
    folder.finish()


def _stale_posts(
    folder: SiteFolder, *, shown: Catalog, catalog: Catalog, post: PreviewPost | None
) -> Iterator[PreviewPost]:
    if post is not None:
        yield post
    for entry in catalog.entries:
        is_written = post is not None and entry.post_id == post.post_id
        if is_written or shown.links(entry.post_id) == catalog.links(entry.post_id):
            continue
        stored = folder.post(entry.post_id)
        if stored is None:
            raise PreviewDamaged(entry.post_id)
        yield stored


def _list_files(site: PreviewSite, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Every page that lists others, the last page of a list first, so that "older" never leads nowhere."""
    for category in catalog.categories:
        for number in range(page_count(category.entries), 0, -1):
            path = page_path(category.link.path, number=number)
            yield f"{path}index.html", category_page(site, category, number=number)
    for number in range(page_count(catalog.entries), 0, -1):
        yield f"{page_path('', number=number)}index.html", index_page(site, catalog, number=number)
    yield "feed.xml", rss(site, catalog)
    yield from sitemap(site, catalog).items()


def _page_facts(folder: SiteFolder, site: PreviewSite, post_id: str) -> PageFacts | None:
    entry = Catalog.of(folder.manifest() or ()).get(post_id)
    html = None if entry is None else folder.read(f"{_post_path(entry.slug)}index.html")
    if entry is None or html is None:
        return None
    page = read_page(html)
    if page.post_id != post_id:
        return None
    return PageFacts(
        post_id=post_id,
        url=site.url(_post_path(entry.slug)),
        title=page.title,
        canonical_url=page.canonical_url,
        category=page.category,
        is_listed=not folder.is_unfinished(),
    )


def _post_path(slug: str) -> str:
    return f"{slug}/"
