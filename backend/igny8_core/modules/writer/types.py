"""What the writer hands to other rooms and takes from its callers; it must never hold behaviour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Progress = Callable[[int, int, str], None]
Checkpoint = Callable[[], None]


@dataclass(frozen=True, slots=True)
class ArticleDocument:
    """An article as it is scored and published; `version` changes with every edit."""

    article_id: UUID
    site_id: UUID
    idea_id: UUID | None
    title: str
    slug: str
    html: str
    excerpt: str
    meta_description: str
    head_keyword: str
    secondary_keywords: tuple[str, ...]
    category: str
    tags: tuple[str, ...]
    language: str
    word_count: int
    author_name: str
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class LinksApplied:
    """The revisions that hold an article's text before and after its links changed."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class WriterCounts:
    """What a site has in writing: tasks not done, tasks that failed, articles, and those that wait for a review."""

    tasks_open: int
    tasks_failed: int
    articles: int
    in_review: int


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Which tasks of a site a list shows; `review_state` is that of their articles."""

    site_id: UUID
    state: str | None = None
    review_state: str | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as a list shows it, with what became of it; `article_id` is None until it is written.

    `is_replaced`: it failed, and another task was made of its idea since. `is_review_current`: the review speaks of the
    text as it is now.
    """

    id: UUID
    title: str
    head_keyword: str
    state: str
    error_message: str
    is_replaced: bool
    article_id: UUID | None
    word_count: int | None
    credits: int | None
    review_state: str
    is_review_current: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A version of an article without its text; `source` says who made it."""

    number: int
    source: str
    actor_id: UUID | None
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionText:
    """What a version of an article says."""

    number: int
    title: str
    slug: str
    html: str
    excerpt: str
    meta_description: str


@dataclass(frozen=True, slots=True)
class ArticleReview:
    """What was said of an article; a decision holds for `reviewed_version` alone."""

    article_id: UUID
    version: int
    state: str
    reason: str
    comment: str
    reviewed_version: int | None
    reviewed_at: datetime | None
    reviewed_by_id: UUID | None

    @property
    def is_decided(self) -> bool:
        """Whether a person decided on the text as it is now."""
        return self.reviewed_version == self.version

    @property
    def is_approved(self) -> bool:
        """Whether the text as it is now is approved."""
        return self.is_decided and self.state == "approved"

    @property
    def is_rejected(self) -> bool:
        """Whether the text as it is now is rejected."""
        return self.is_decided and self.state == "rejected"
