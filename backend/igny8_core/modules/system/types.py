"""What the system room hands to other rooms and floors, as frozen dataclasses; it must never hold behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import TextChoices

PromptScope = Literal["system", "account", "site"]
ModelKind = Literal["none", "embedded", "external"]


class NotificationKind(TextChoices):
    """What a notification is about."""

    RUN_COMPLETED = "run_completed", "Run completed"
    RUN_FAILED = "run_failed", "Run failed"
    RUN_PAUSED = "run_paused", "Run paused"
    ARTICLE_HELD = "article_held", "Article held for review"
    PUBLICATION_FAILED = "publication_failed", "Publication failed"
    JOB_FAILED = "job_failed", "Job failed"
    CONNECTION_FAILING = "connection_failing", "Connection failing"
    CREDITS_LOW = "credits_low", "Credits running low"
    CREDITS_EXHAUSTED = "credits_exhausted", "Credits used up"
    MEMBER_JOINED = "member_joined", "Member joined"


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt as it ships."""

    key: str
    version: str
    description: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text that counts; `version` is the file's, or `<row id>:<row version>` of an override."""

    key: str
    version: str
    text: str
    scope: PromptScope


@dataclass(frozen=True, slots=True)
class PromptView:
    """The text that counts beside the one that ships.

    An override must keep every one of `required_placeholders` and may use none outside `known_placeholders`;
    `problems` says where one fails that since an upgrade.
    """

    key: str
    description: str
    version: str
    scope: PromptScope
    text: str
    default_version: str
    default_text: str
    required_placeholders: tuple[str, ...]
    known_placeholders: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which language model is configured: where it answers and what it is called, never a secret."""

    kind: ModelKind
    host: str
    model: str


@dataclass(frozen=True, slots=True)
class PromptRevisionView:
    """A text that was once set in place of a shipped prompt; numbers count from 1 for each site and for the account."""

    number: int
    text: str
    actor_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JobView:
    """One piece of long work as a list shows it; `title` is its kind in words, `message` what it does now."""

    id: UUID
    kind: str
    title: str
    state: str
    site_id: UUID | None
    actor_id: UUID | None
    request_id: str
    progress_done: int
    progress_total: int
    message: str
    counts: Mapping[str, Any]
    error_code: str
    error: str
    credits_held: int
    credits_charged: int
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    can_be_cancelled: bool


@dataclass(frozen=True, slots=True)
class NotificationView:
    """A notification as the current person sees it; `target_kind` and `target_id` name what it is about."""

    id: UUID
    kind: str
    text: str
    target_kind: str
    target_id: str
    site_id: UUID | None
    created_at: datetime
    is_read: bool


@dataclass(frozen=True, slots=True)
class BrandProfileView:
    """How a site speaks; every part may be empty, and `version` is 0 while nobody has set one."""

    site_id: UUID
    voice: str = ""
    audience: str = ""
    banned_phrases: tuple[str, ...] = ()
    brand_terms: tuple[str, ...] = ()
    call_to_action: str = ""
    notes: str = ""
    example_text: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class SectorSeed:
    """A sector of the catalogue with the keywords to begin with."""

    slug: str
    name: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry of the catalogue with its sectors."""

    slug: str
    name: str
    sectors: tuple[SectorSeed, ...]
