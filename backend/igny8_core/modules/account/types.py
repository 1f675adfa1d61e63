"""What the account room hands to the console, as frozen dataclasses; it must never hold behaviour."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person; `site_ids` are the only sites that they see unless `all_sites` is on."""

    id: UUID
    email: str
    name: str
    role: str
    is_active: bool
    all_sites: bool
    site_ids: tuple[UUID, ...]
    last_login: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """Somebody who may join; `state` is open, expired or accepted."""

    id: UUID
    email: str
    role: str
    all_sites: bool
    site_ids: tuple[UUID, ...]
    invited_by: str
    state: str
    expires_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """A key without its secret; `user` is whose it is, `state` is active, expired or revoked."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    user_id: UUID
    user: str
    site: str
    state: str
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_ip: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which events to show; what is empty narrows nothing."""

    action: str = ""
    actor_id: UUID | None = None
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the trail; `actor` is empty for work without a person, and for staff."""

    id: UUID
    created_at: datetime
    action: str
    actor_id: UUID | None
    actor: str
    object_type: str
    object_id: str
    reason: str
    request_id: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class UsageLine:
    """How much of something is used, and what the plan allows."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Usage:
    """The account's use against its plan; `credits` are those spent since `since`, the first of this month (UTC)."""

    sites: UsageLine
    users: UsageLine
    keywords: UsageLine
    credits: UsageLine
    since: datetime
