"""The order of a preview site: which posts, in which categories, next to which; pure values, no pages, no files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from igny8_core.common.text import slugify
from igny8_core.modules.publisher.preview.markup import line
from igny8_core.modules.publisher.preview.types import PreviewEntry

PER_PAGE = 20
RELATED_MAX = 3
RESERVED_SLUGS = frozenset({"category", "page"})  # the site's own folders


@dataclass(frozen=True)
class PageLink:
    """A page of the site and the text of a link to it; `path` is relative to the site's home page."""

    path: str
    text: str


@dataclass(frozen=True)
class PostLinks:
    """Everything on a post's page that depends on other posts; a page is stale when this has changed."""

    category: PageLink | None = None
    related: tuple[PageLink, ...] = ()


@dataclass(frozen=True)
class Category:
    """A category with its posts, newest first."""

    name: str
    slug: str
    entries: tuple[PreviewEntry, ...]

    @property
    def link(self) -> PageLink:
        """The way to the category's first page."""
        return PageLink(path=f"category/{self.slug}/", text=self.name)


@dataclass(frozen=True)
class Catalog:
    """All posts, newest first, and their categories in the order of their names."""

    entries: tuple[PreviewEntry, ...]
    categories: tuple[Category, ...]
    _by_id: Mapping[str, PreviewEntry]
    _places: Mapping[str, tuple[Category, int]]

    @classmethod
    def of(cls, entries: Iterable[PreviewEntry]) -> "Catalog":
        """The catalog of these posts, in whatever order they come."""
        ordered = tuple(sorted(entries, key=lambda entry: (entry.published_at, entry.post_id), reverse=True))
        categories = _categories(ordered)
        places = {
            entry.post_id: (category, position)
            for category in categories
            for position, entry in enumerate(category.entries)
        }
        by_id = {entry.post_id: entry for entry in ordered}
        return cls(entries=ordered, categories=categories, _by_id=by_id, _places=places)

    def with_entry(self, entry: PreviewEntry) -> "Catalog":
        """The catalog in which this post stands as given, new or changed."""
        return Catalog.of([*(other for other in self.entries if other.post_id != entry.post_id), entry])

    def without(self, post_id: str) -> "Catalog":
        """The catalog without that post."""
        return Catalog.of(entry for entry in self.entries if entry.post_id != post_id)

    def get(self, post_id: str) -> PreviewEntry | None:
        """The post with that id."""
        return self._by_id.get(post_id)

    def links(self, post_id: str) -> PostLinks | None:
        """The post's category and its nearest neighbours there, older ones first; None for an unknown post.

        Neighbours in time, and only within the category: a link to a post about something else is worse than none,
        and a new post then makes only a few old pages stale.
        """
        if post_id not in self._places:
            return PostLinks() if post_id in self._by_id else None
        category, position = self._places[post_id]
        older = category.entries[position + 1 : position + 1 + RELATED_MAX]
        newer = category.entries[max(0, position - RELATED_MAX + len(older)) : position]
        related = (PageLink(path=f"{entry.slug}/", text=entry.title) for entry in (*older, *reversed(newer)))
        return PostLinks(category=category.link, related=tuple(related))

    def free_slug(self, slug: str, *, post_id: str) -> str:
        """The slug, or the lowest `slug-2`, `slug-3`, … that no other post and no page of the site holds."""
        taken = {entry.slug for entry in self.entries if entry.post_id != post_id} | RESERVED_SLUGS
        candidates = (slug if number == 1 else f"{slug[:190]}-{number}" for number in count(1))
        return next(candidate for candidate in candidates if candidate not in taken)


def _categories(entries: tuple[PreviewEntry, ...]) -> tuple[Category, ...]:
    grouped: dict[str, list[PreviewEntry]] = {}
    for entry in entries:
        if name := line(entry.category):
            grouped.setdefault(name.casefold(), []).append(entry)
    found: dict[str, Category] = {}
    # The oldest post of a slug keeps it, so that a new category never moves an old one.
    for members in sorted(grouped.values(), key=lambda group: (group[-1].published_at, group[-1].post_id)):
        name = line(members[-1].category)
        slug = _free(_category_slug(name), taken=found)
        found[slug] = Category(name=name, slug=slug, entries=tuple(members))
    return tuple(sorted(found.values(), key=lambda category: (category.name.casefold(), category.slug)))


def _category_slug(name: str) -> str:
    # A name without any Latin letter has no ASCII slug; its digest is at least stable.
    return slugify(name) or f"c-{sha256(name.casefold().encode()).hexdigest()[:10]}"


def _free(slug: str, *, taken: Mapping[str, Category]) -> str:
    candidates = (slug if number == 1 else f"{slug}-{number}" for number in count(1))
    return next(candidate for candidate in candidates if candidate not in taken)
