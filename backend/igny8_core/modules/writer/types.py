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
class WriterCounts:
    """What a site has in writing: tasks that are not done, tasks that failed, articles."""

    tasks_open: int
    tasks_failed: int
    articles: int
