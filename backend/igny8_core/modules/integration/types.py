"""What the room hands out: frozen pictures of a destination and its terms, never with its secret."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DestinationView:
    """A destination without its secret; `base_url` is where its posts are read."""

    id: UUID
    site_id: UUID
    platform: str
    name: str
    base_url: str
    username: str
    preview_token: str
    status: str
    minimum_score: int | None
    is_paused: bool


@dataclass(frozen=True, slots=True)
class PreviewPlace:
    """Where a site's preview pages stand, or stood until the destination was deleted."""

    destination_id: UUID
    token: str
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class DestinationRow:
    """A destination as a list shows it: where it is and how its connection was when last checked."""

    id: UUID
    site_id: UUID
    platform: str
    name: str
    base_url: str
    username: str
    status: str
    minimum_score: int | None
    is_paused: bool
    last_error: str
    last_checked_at: datetime | None
    posts_read_at: datetime | None
    posts_count: int
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class TermRow:
    """A category or tag of a destination; `gone_at` is set when the site has it no more."""

    id: UUID
    destination_id: UUID
    taxonomy: str
    name: str
    slug: str
    external_id: str
    parent_external_id: str
    count: int
    synced_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaxonomyReport:
    """What reading a site's terms brought: how many there are, and how many are there no more since."""

    seen: int
    vanished: int


@dataclass(frozen=True, slots=True)
class PostsReport:
    """What reading a site's posts and pages brought: how many are public, are new to us, and are there no more.

    `refused` have an address that cannot be kept. While `is_whole` is off nothing was marked as gone.
    """

    seen: int
    added: int
    refused: int
    removed: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """One thing that a check found: a stable code, a sentence, and what to do about it."""

    code: str
    message: str
    hint: str
    is_blocking: bool


@dataclass(frozen=True, slots=True)
class DoctorStep:
    """One step of the check; `state` is ok, warning, failed or skipped, `detail` what was seen when it went well."""

    key: str
    title: str
    state: str
    detail: str
    findings: tuple[DoctorFinding, ...]


@dataclass(frozen=True, slots=True)
class ConnectionDoctor:
    """A connection's last check as ordered steps; without a check every step is skipped."""

    destination_id: UUID
    status: str
    is_usable: bool
    checked_at: datetime | None
    steps: tuple[DoctorStep, ...]
