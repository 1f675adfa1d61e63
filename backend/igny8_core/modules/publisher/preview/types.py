"""The site and the post that the preview renders, as frozen values; it never reads a file or a table."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from igny8_core.modules.publisher.preview.errors import PreviewSlugInvalid, PreviewTokenInvalid
from igny8_core.modules.publisher.preview.markup import line

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,199}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_BASE_URL = re.compile(r"https?://[^\s\"'<>?#\\]+")


def token_check(token: str) -> str:
    """The token itself: 22 or more URL-safe characters, about 128 bits; else PreviewTokenInvalid."""
    if not _TOKEN.fullmatch(token):
        raise PreviewTokenInvalid
    return token


def post_id_check(post_id: str) -> str:
    """The id itself, a UUID in its canonical spelling (it names a file); else ValueError."""
    if str(UUID(post_id)) != post_id:
        raise ValueError("post_id is not a UUID in its canonical spelling.")
    return post_id


@dataclass(frozen=True, kw_only=True)
class PreviewSite:
    """One preview site; `base_url` is the address of its home page, `domain` the real site it stands for."""

    token: str
    name: str
    domain: str
    base_url: str
    language: str
    description: str

    def __post_init__(self) -> None:
        token_check(self.token)
        if not line(self.name):
            raise ValueError("A preview site needs a name.")
        if not _BASE_URL.fullmatch(self.base_url):
            raise ValueError("base_url is not an http(s) address without query and fragment.")
        if not _LANGUAGE.fullmatch(self.language):
            raise ValueError("language is not a BCP 47 tag.")

    def url(self, relative: str = "") -> str:
        """The absolute address of a page, for canonical URLs, feeds and sitemaps."""
        return f"{self.base_url.rstrip('/')}/{relative}"

    def path(self, relative: str = "") -> str:
        """The same without scheme and host, for links between pages: right from any depth, also from the 404 page."""
        return f"{urlsplit(self.base_url).path.rstrip('/')}/{relative}"


@dataclass(frozen=True, kw_only=True)
class PreviewEntry:
    """What the lists, the feed and the sitemap say about a post: the post without its body."""

    post_id: str
    slug: str
    title: str
    excerpt: str
    category: str
    tags: tuple[str, ...]
    author_name: str
    published_at: datetime
    updated_at: datetime
    word_count: int

    def __post_init__(self) -> None:
        post_id_check(self.post_id)
        if not _SLUG.fullmatch(self.slug):
            raise PreviewSlugInvalid
        if not line(self.title):
            raise ValueError("A post needs a title.")
        if self.published_at.tzinfo is None or self.updated_at.tzinfo is None:
            raise ValueError("published_at and updated_at need a time zone.")

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` is the way back."""
        moments = {"published_at": self.published_at.isoformat(), "updated_at": self.updated_at.isoformat()}
        return vars(self) | moments

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The value that `as_json` wrote; KeyError, TypeError or ValueError when it is something else."""
        given: dict[str, Any] = {field.name: value[field.name] for field in fields(cls)}
        given["tags"] = tuple(given["tags"])
        for name in ("published_at", "updated_at"):
            given[name] = datetime.fromisoformat(given[name])
        return cls(**given)


@dataclass(frozen=True, kw_only=True)
class PreviewPost(PreviewEntry):
    """A post ready to be shown; `html` is already sanitised and goes into the page as it is."""

    html: str
    meta_description: str
    head_keyword: str

    def entry(self) -> PreviewEntry:
        """The post without its body."""
        return PreviewEntry(**{field.name: getattr(self, field.name) for field in fields(PreviewEntry)})


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """What the written page itself says, to confirm a publish.

    `is_listed` is False when a write was killed before the lists were finished; writing the post again heals that.
    """

    post_id: str
    url: str
    title: str
    canonical_url: str
    category: str
    is_listed: bool
