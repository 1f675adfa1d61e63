"""What the automation room hands out: frozen pictures of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

ProgressCallback = Callable[[int, int, str], None]


class Watch(Protocol):
    """What a step needs of the job that it runs in."""

    id: UUID

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Show how far the work is."""

    def checkpoint(self) -> None:
        """Raise when the job must stop."""


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One idea of a run and what became of it."""

    id: UUID
    position: int
    title: str
    state: str
    score: int | None
    url: str
    error_message: str
    idea_id: UUID
    article_id: UUID | None
    publication_id: UUID | None
    credits: int
    held_reason: str
    error_code: str


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far a part of a run is: `state` is off, waiting, running or done; `total` 0 means not known yet."""

    name: str
    label: str
    state: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a list."""

    id: UUID
    site_id: UUID
    state: str
    stage: str
    trigger: str
    approval_mode: str
    article_count: int
    published_count: int
    waiting_count: int
    failed_count: int
    credits: int
    error_code: str
    error_message: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run as its followers see it; `counts` holds one dictionary of numbers per finished stage."""

    id: UUID
    state: str
    stage: str
    article_count: int
    published_count: int
    counts: dict[str, dict[str, int]]
    error_code: str
    error_message: str
    items: tuple[ItemStatus, ...]
    site_id: UUID
    destination_id: UUID | None
    approval_mode: str
    switches: tuple[str, ...]
    stages: tuple[StageProgress, ...]
    waiting_count: int
    written_count: int
    failed_count: int
    credits: int
    credit_budget: int | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class SettingsView:
    """A site's settings, or the defaults as version 0; times are in UTC."""

    site_id: UUID
    version: int
    stages: tuple[str, ...]
    ideas_per_run: int | None
    articles_per_run: int
    approval_mode: str
    destination_id: UUID | None
    schedule: str
    weekdays: tuple[int, ...]
    hour: int
    time_zone: str
    run_credit_budget: int | None
    monthly_credit_budget: int | None
    is_enabled: bool
    paused_until: date | None
    next_run_at: datetime | None
    last_skipped_at: datetime | None
    last_skip_code: str
    last_skip_message: str


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened to a run or to one of its items."""

    id: UUID
    at: datetime
    kind: str
    label: str
    item_id: UUID | None
    message: str
    credits: int
    job_id: UUID | None
    actor_id: UUID | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageEstimate:
    """What a run would do in one part; `count` None means that only the run itself can tell."""

    name: str
    is_on: bool
    count: int | None
    message: str


@dataclass(frozen=True, slots=True)
class ArticleEstimate:
    """An article that a run would write, and the credits that would be held for it."""

    idea_id: UUID
    title: str
    credits: int


@dataclass(frozen=True, slots=True)
class RunWarning:
    """Why a run would stop, or do less than it was asked for."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RunEstimate:
    """What a run would do and cost; `unpriced_count` articles have no idea yet and stand in no sum."""

    site_id: UUID
    article_count: int
    stages: tuple[StageEstimate, ...]
    articles: tuple[ArticleEstimate, ...]
    unpriced_count: int
    credits_estimated: int
    credits_available: int
    is_enough: bool
    warnings: tuple[RunWarning, ...]
