"""One post on a WordPress site, told in the room's steps; the connector underneath does the talking."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Self
from uuid import UUID

from igny8_core.modules.integration.wordpress import publish
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.modules.integration.wordpress.errors import PostChanged, PostMissing, RoleTooLow
from igny8_core.modules.integration.wordpress.payloads import RemotePost, WordPressPost
from igny8_core.modules.publisher.errors import PublicationEdited, PublicationVanished
from igny8_core.modules.publisher.targets.base import Confirmed, Remote
from igny8_core.modules.writer.types import ArticleDocument


@dataclass(frozen=True)
class WordPressTarget:
    """An article on its way to one WordPress site, under its marker.

    `known_terms`: ids by taxonomy and case-folded name, read so lately that nobody is asked for them again.
    """

    client: WordPressClient
    document: ArticleDocument
    marker: UUID
    slug: str
    known_terms: Mapping[tuple[str, str], str] = field(default_factory=dict)
    may_arrive_late = True

    def at_slug(self, slug: str) -> Self:
        """The same post under another slug."""
        return replace(self, slug=slug)

    def find(self) -> Remote | None:
        """The post under its marker, in whatever status, the trash included."""
        found = publish.lookup(self.client, slug=self.slug, marker=self.marker)
        post = publish.original(found, marker=self.marker)
        return None if post is None else _remote(post)

    def send(self) -> Remote:
        """Create the draft; an error with `outcome_unknown` may have left one."""
        return _remote(publish.send_draft(self.client, post=self.post))

    def look(self, external_id: str) -> Remote:
        """The post by its id."""
        with _told():
            return _remote(self.client.get_post(int(external_id)))

    def update(self, external_id: str, *, known_modified_at: datetime | None) -> Remote:
        """Replace the content unless somebody edited it."""
        with _told():
            updated = publish.send_update(
                self.client, post_id=int(external_id), post=self.post, known_modified_at=known_modified_at
            )
        return _remote(updated)

    def release(self, external_id: str) -> Remote:
        """Publish by id."""
        with _told():
            released = publish.publish_draft(self.client, post_id=int(external_id), marker=self.marker)
        return _remote(released)

    def confirm(self, external_id: str) -> Confirmed:
        """Read the post back, and look for twins."""
        with _told():
            seen = publish.confirm(self.client, post_id=int(external_id), post=self.post)
        return Confirmed(
            url=seen.url,
            status=seen.status,
            is_published=seen.is_published,
            modified_at=seen.modified_at,
            differences=(*self._unfiled, *(asdict(difference) for difference in seen.differences)),
            twins=tuple(str(post_id) for post_id in seen.twin_ids),
        )

    def prepare(self) -> None:
        """Find or create the terms, so that nothing but the post itself is sent after it was marked as sent."""
        _ = self.post

    @cached_property
    def post(self) -> WordPressPost:
        """The article as WordPress takes it, its terms found or created."""
        terms = self._terms
        return WordPressPost(
            title=self.document.title,
            slug=self.slug,
            content_html=self.document.html,
            excerpt=self.document.excerpt or self.document.meta_description,
            category_ids=tuple(term_id for kind, _, term_id in terms if kind == "categories" and term_id),
            tag_ids=tuple(term_id for kind, _, term_id in terms if kind == "tags" and term_id),
            marker=self.marker,
        )

    @cached_property
    def _terms(self) -> tuple[tuple[str, str, int | None], ...]:
        """Kind, name and id of each term; no id where the user may not create it: that is no reason not to publish."""
        category, tags = self.document.category, dict.fromkeys(self.document.tags)
        wanted = [("categories", category, self.client.ensure_category)] if category.strip() else []
        wanted += [("tags", tag, self.client.ensure_tag) for tag in tags if tag.strip()]
        return tuple(
            (kind, name, self._known(kind, name) or _term_id(ensure, name)) for kind, name, ensure in wanted
        )

    def _known(self, kind: str, name: str) -> int | None:
        taxonomy = "category" if kind == "categories" else "tag"
        term_id = self.known_terms.get((taxonomy, " ".join(name.split()).casefold()))
        return None if term_id is None else int(term_id)

    @property
    def _unfiled(self) -> tuple[dict[str, str], ...]:
        missing = [(kind, name) for kind, name, term_id in self._terms if term_id is None]
        return tuple({"field": kind, "sent": name, "found": ""} for kind, name in missing)


def _term_id(ensure: Callable[[str], int], name: str) -> int | None:
    try:
        return ensure(name)
    except RoleTooLow:
        return None


def _remote(post: RemotePost) -> Remote:
    return Remote(external_id=str(post.id), modified_at=post.modified_at, is_live=post.is_live)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except PostMissing as error:
        raise PublicationVanished from error
    except PostChanged as error:
        raise PublicationEdited from error
