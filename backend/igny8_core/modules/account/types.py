"""What the account room hands out: frozen pictures of people, invitations, keys and the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MemberView:
    """A person of the account; `site_ids` matters only while `all_sites` is off."""

    id: UUID
    email: str
    name: str
    role: str
    is_active: bool
    all_sites: bool
    site_ids: tuple[UUID, ...]
    has_second_factor: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationView:
    """Somebody who may join; `state` is open, expired or accepted."""

    id: UUID
    email: str
    role: str
    state: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeyView:
    """An API key without its secret; `state` is active, expired or revoked."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    owner_id: UUID
    owner: str
    site_id: UUID | None
    state: str
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_ip: str | None


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which events a list shows; what is None does not narrow. `action` matches its beginning."""

    action: str = ""
    actor_id: UUID | None = None
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event; `actor` is empty when no person did it."""

    id: UUID
    created_at: datetime
    action: str
    actor: str
    object_type: str
    object_id: str
    reason: str
    request_id: str
    detail: dict[str, Any]
