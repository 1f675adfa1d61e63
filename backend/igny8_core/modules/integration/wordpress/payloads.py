"""Owns the shapes that go to WordPress and come back; it must never talk to anybody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

_ANY_MARKER = re.compile(r"\s*<!--\s*igny8:[0-9a-f-]{36}\s*-->")
LIVE_STATUSES = frozenset({"publish", "future", "private"})


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
class RemoteSite:
    """What the REST root says of the site; `rest_root` is the address under which the routes stand."""

    name: str
    home: str
    rest_root: str
    namespaces: tuple[str, ...]
    accepts_application_passwords: bool


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


def parse_site(payload: Mapping[str, Any], *, rest_root: str) -> RemoteSite:
    """Read the REST index."""
    return RemoteSite(
        name=str(payload.get("name") or ""),
        home=str(payload.get("home") or payload.get("url") or ""),
        rest_root=rest_root,
        namespaces=tuple(str(name) for name in _listed(payload.get("namespaces"))),
        accepts_application_passwords="application-passwords" in _listed(payload.get("authentication")),
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
