"""Reads of an account's people, invitations, keys and audit trail; it must never write."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from igny8_core.auth.models import ApiKey, Invitation, SecondFactor, SiteUserAccess, User
from igny8_core.auth.selectors import members_present
from igny8_core.common.clock import utc_now
from igny8_core.common.pages import Page
from igny8_core.modules.account.types import AuditQuery, AuditRow, InvitationView, KeyView, MemberView
from igny8_core.tenancy.context import current_context
from igny8_core.tenancy.models import AuditEvent
from igny8_core.tenancy.pages import page_read


def member_list() -> list[MemberView]:
    """The account's people, the owner first, then by address."""
    account_id = current_context().account_id
    people = members_present(User.objects.filter(account_id=account_id)).order_by("email")
    sites: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for user_id, site_id in SiteUserAccess.objects.filter(account_id=account_id).values_list(
        "user_id", "site_id"
    ):
        sites[user_id].append(site_id)
    secured = set(
        SecondFactor.objects.filter(account_id=account_id, confirmed_at__isnull=False).values_list(
            "user_id", flat=True
        )
    )
    found = [_member(user, sites=sites[user.pk], has_second_factor=user.pk in secured) for user in people]
    return sorted(found, key=lambda member: member.role != "owner")


def _member(user: User, *, sites: list[UUID], has_second_factor: bool) -> MemberView:
    return MemberView(
        id=user.pk,
        email=user.email,
        name=user.name,
        role=user.role,
        is_active=user.is_active,
        all_sites=user.all_sites,
        site_ids=tuple(sites),
        has_second_factor=has_second_factor,
        last_login=user.last_login,
    )


def invitation_list() -> list[InvitationView]:
    """Invitations that nobody has taken up yet, the newest first."""
    rows = Invitation.objects.filter(accepted_at=None).order_by("-id")
    return [
        InvitationView(id=row.pk, email=row.email, role=row.role, state=row.state, expires_at=row.expires_at)
        for row in rows
    ]


def api_key_list() -> list[KeyView]:
    """The account's keys, those that still work first, then the newest."""
    rows = ApiKey.objects.filter(account_id=current_context().account_id).select_related("user")
    return sorted((_key(row) for row in rows.order_by("-id")), key=lambda key: key.state != "active")


def _key(row: ApiKey) -> KeyView:
    is_over = row.expires_at is not None and row.expires_at <= utc_now()
    state = "revoked" if row.revoked_at else "expired" if is_over else "active"
    return KeyView(
        id=row.pk,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        owner_id=row.user_id,
        owner=row.user.name or row.user.email,
        site_id=row.site_id,
        state=state,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_used_ip=row.last_used_ip,
    )


def audit_list(query: AuditQuery, *, number: int = 1) -> Page[AuditRow]:
    """One page of the audit trail, the newest first."""
    wanted: dict[str, Any] = {
        "action__startswith": query.action,
        "actor_id": query.actor_id,
        "object_id": query.object_id,
        "created_at__gte": query.since,
        "created_at__lt": query.until,
    }
    rows = AuditEvent.objects.filter(**{name: value for name, value in wanted.items() if value})
    people = {
        user_id: name or email
        for user_id, name, email in User.objects.filter(account_id=current_context().account_id).values_list(
            "pk", "name", "email"
        )
    }
    return page_read(rows.order_by("-id"), lambda row: _event(row, people), number=number)


def _event(row: AuditEvent, people: dict[UUID, str]) -> AuditRow:
    # Whoever is in no list of this account's people is staff, whose names stay on their side.
    actor = people.get(row.actor_id, "Staff") if row.actor_id else ""
    return AuditRow(
        id=row.pk,
        created_at=row.created_at,
        action=row.action,
        actor=actor,
        object_type=row.object_type,
        object_id=row.object_id,
        reason=row.reason,
        request_id=row.request_id,
        detail=row.detail,
    )
