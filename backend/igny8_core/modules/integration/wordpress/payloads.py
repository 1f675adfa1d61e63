"""Owns the shapes that go to WordPress and come back; it must never talk to anybody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any, Generic, TypeVar
from uuid import UUID

from igny8_core.common.html import to_text

_ANY_MARKER = re.compile(r"\s*<!--\s*igny8:[0-9a-f-]{36}\s*-->")
TERM_LENGTH = 200  # what WordPress itself keeps of a name or slug
LIVE_STATUSES = frozenset({"publish", "future", "private"})

Item = TypeVar("Item")


@dataclass(frozen=True)
class WordPressPost:
    """A post to send. `marker` is the identity under which it is found again, whatever happens to slug and title."""

    title: str
    slug: str
    content_html: str
    excerpt: str
    category_ids: tuple[int, ...]
    tag_ids: tuple[int, ...]
    marker: UUID

    @property
    def marked_html(self) -> str:
        """The content with this post's marker, and no other, at its end."""
        return f"{_ANY_MARKER.sub('', self.content_html).rstrip()}\n{marker_comment(self.marker)}"

    def as_fields(self) -> dict[str, Any]:
        """The post as the REST interface names its parts."""
        return {
            "title": self.title,
            "slug": self.slug,
            "content": self.marked_html,
            "excerpt": self.excerpt,
            "categories": list(self.category_ids),
            "tags": list(self.tag_ids),
        }


@dataclass(frozen=True)
class RemotePost:
    """A post as WordPress keeps it; title, excerpt and content are the stored texts, not the rendered ones."""

    id: int
    status: str
    slug: str
    link: str
    title: str
    excerpt: str
    content_html: str
    category_ids: tuple[int, ...]
    tag_ids: tuple[int, ...]
    modified_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it was released: published, planned for later, or published for logged-in readers."""
        return self.status in LIVE_STATUSES

    @property
    def is_trashed(self) -> bool:
        """Whether somebody threw it away; WordPress deletes it for good after thirty days."""
        return self.status == "trash"

    def has_marker(self, marker: UUID) -> bool:
        """Whether the stored content carries this marker."""
        return marker_comment(marker) in self.content_html


@dataclass(frozen=True)
class RemoteUser:
    """The account behind the application password."""

    id: int
    username: str
    name: str
    roles: tuple[str, ...]
    capabilities: frozenset[str]


@dataclass(frozen=True)
class RemoteTerm:
    """A category or tag as the site lists it; a tag has no parent."""

    id: int
    name: str
    slug: str
    parent_id: int
    count: int


@dataclass(frozen=True)
class ListedPost:
    """A public post or page as the site lists it; the title is what a reader sees."""

    id: int
    link: str
    title: str
    modified_at: datetime | None


@dataclass(frozen=True)
class Listing(Generic[Item]):
    """One page of a list. `total` and `pages` are the whole list's, None where the site does not say."""

    items: tuple[Item, ...]
    is_last: bool
    total: int | None
    pages: int | None


@dataclass(frozen=True)
class RemoteSite:
    """What the REST root says of the site; `rest_root` is the address under which the routes stand.

    `has_noise`: something other than JSON, a PHP warning mostly, stands around its answers.
    """

    name: str
    home: str
    rest_root: str
    namespaces: tuple[str, ...]
    accepts_application_passwords: bool
    has_noise: bool = False

    @property
    def has_plain_permalinks(self) -> bool:
        """Whether the REST interface answers by its plain address alone."""
        return "rest_route=" in self.rest_root


def marker_comment(marker: UUID) -> str:
    """The HTML comment that carries a marker: every role may store it, no reader sees it."""
    return f"<!-- igny8:{marker} -->"


def parse_post(payload: Mapping[str, Any]) -> RemotePost:
    """Read a post; raises ValueError, TypeError or KeyError on a shape that is no post."""
    return RemotePost(
        id=int(payload["id"]),
        status=str(payload["status"]),
        slug=str(payload.get("slug") or ""),
        link=str(payload.get("link") or ""),
        title=_stored(payload.get("title")),
        excerpt=_stored(payload.get("excerpt")),
        content_html=_stored(payload.get("content")),
        category_ids=tuple(int(term_id) for term_id in payload.get("categories") or ()),
        tag_ids=tuple(int(term_id) for term_id in payload.get("tags") or ()),
        modified_at=_instant(payload.get("modified_gmt")),
    )


def parse_user(payload: Mapping[str, Any]) -> RemoteUser:
    """Read a user of `context=edit`; a capability that is listed as false counts as missing."""
    granted = payload.get("capabilities") or {}
    return RemoteUser(
        id=int(payload["id"]),
        username=str(payload.get("username") or ""),
        name=str(payload.get("name") or ""),
        roles=tuple(str(role) for role in payload.get("roles") or ()),
        capabilities=frozenset(str(name) for name in granted if granted[name]),
    )


def parse_term(payload: Mapping[str, Any]) -> RemoteTerm:
    """Read a category or tag; WordPress stores names HTML-escaped. Raises as `parse_post` does."""
    return RemoteTerm(
        id=int(payload["id"]),
        name=unescape(str(payload["name"]))[:TERM_LENGTH],
        slug=str(payload.get("slug") or "")[:TERM_LENGTH],
        parent_id=int(payload.get("parent") or 0),
        count=max(0, int(payload.get("count") or 0)),
    )


def parse_listed_post(payload: Mapping[str, Any]) -> ListedPost:
    """Read a post or page of a list. Raises as `parse_post` does."""
    return ListedPost(
        id=int(payload["id"]),
        link=str(payload["link"]),
        title=" ".join(to_text(_stored(payload.get("title"))).split()),
        modified_at=_instant(payload.get("modified_gmt")),
    )


def parse_site(payload: Mapping[str, Any], *, rest_root: str, has_noise: bool = False) -> RemoteSite:
    """Read the REST index."""
    return RemoteSite(
        name=str(payload.get("name") or ""),
        home=str(payload.get("home") or payload.get("url") or ""),
        rest_root=rest_root,
        namespaces=tuple(str(name) for name in _listed(payload.get("namespaces"))),
        accepts_application_passwords="application-passwords" in _listed(payload.get("authentication")),
        has_noise=has_noise,
    )


def _listed(value: Any) -> list[Any]:
    """The items, or keys, of a JSON value; PHP writes an empty object as an empty list."""
    return list(value) if isinstance(value, list | dict) else []


def _stored(value: Any) -> str:
    """A text field: its stored form, or the rendered one where a plug-in hides the stored form."""
    if isinstance(value, Mapping):
        value = value.get("raw", value.get("rendered"))
    return str(value or "")


def _instant(value: Any) -> datetime | None:
    """A `*_gmt` time, which WordPress writes without a zone; a draft that was never dated has none."""
    if not isinstance(value, str) or value.startswith("0000"):
        return None
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
