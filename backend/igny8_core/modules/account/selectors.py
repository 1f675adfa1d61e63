"""Every read of an account's people, keys, trail and use; it must never write."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from igny8_core.auth.models import ApiKey, Invitation, Site, SiteUserAccess, User
from igny8_core.auth.selectors import account_get, members_present, site_domains, user_emails
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.account.constants import InvitationState, KeyState
from igny8_core.modules.account.types import (
    ApiKeyRow,
    AuditQuery,
    AuditRow,
    InvitationRow,
    MemberRow,
    Usage,
    UsageLine,
)
from igny8_core.modules.billing.selectors import credits_spent, month_start
from igny8_core.modules.planner.selectors import keyword_total
from igny8_core.tenancy.context import current_context
from igny8_core.tenancy.models import AuditEvent
from igny8_core.tenancy.pages import page_read

# What the states mean in the database, at a moment: as `Invitation.state` and `_api_key` say it of a row.
_INVITATION_STATES: Mapping[str, Callable[[datetime], Q]] = {
    InvitationState.OPEN: lambda now: Q(accepted_at=None, expires_at__gt=now),
    InvitationState.EXPIRED: lambda now: Q(accepted_at=None, expires_at__lte=now),
    InvitationState.ACCEPTED: lambda _now: Q(accepted_at__isnull=False),
}
_KEY_STATES: Mapping[str, Callable[[datetime], Q]] = {
    KeyState.ACTIVE: lambda now: Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now)),
    KeyState.EXPIRED: lambda now: Q(revoked_at=None, expires_at__lte=now),
    KeyState.REVOKED: lambda _now: Q(revoked_at__isnull=False),
}


def usage_get() -> Usage:
    """What the account uses of what its plan allows; needs sight of all its sites."""
    plan, since = account_get().plan, month_start()
    users = User.objects.filter(account_id=current_context().account_id, is_active=True)
    return Usage(
        sites=UsageLine(used=Site.objects.count(), limit=plan.max_sites),
        users=UsageLine(used=users.count(), limit=plan.max_users),
        keywords=UsageLine(used=keyword_total(), limit=plan.max_keywords),
        credits=UsageLine(used=credits_spent(since=since), limit=plan.monthly_credits),
        since=since,
    )


def members_with_sites(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those among people who have not been removed, each with `site_ids`, in one query."""
    sites = SiteUserAccess.objects.filter(user_id=OuterRef("pk")).order_by("site_id").values("site_id")
    found: QuerySet[Any] = members_present(rows).annotate(site_ids=ArraySubquery(sites))
    return found


def member_list(
    *, search: str = "", role: str = "", is_active: bool | None = None, number: int = 1
) -> Page[MemberRow]:
    """The people of the account, by address; a search looks at address and name."""
    rows = _members()
    if role:
        rows = rows.filter(role=role)
    if is_active is not None:
        rows = rows.filter(is_active=is_active)
    if search:
        rows = rows.filter(Q(email__icontains=search) | Q(name__icontains=search))
    return page_read(rows.order_by("email"), _member, number=number)


def member_get(user_id: UUID) -> MemberRow:
    """A person of the account; raises NotFound."""
    row = _members().filter(pk=user_id).first()
    if row is None:
        raise NotFound
    return _member(row)


def member_fields(user_ids: Iterable[UUID], *names: str) -> dict[UUID, dict[str, Any]]:
    """What some fields of people are, by id: to put them back; whoever is not of the account is left out."""
    return {
        row.pk: {name: getattr(row, name) for name in names} for row in _members().filter(pk__in=user_ids)
    }


def invitation_list(
    *, search: str = "", role: str = "", state: str = "", number: int = 1
) -> Page[InvitationRow]:
    """Who may join, newest first, taken up ones included; a search looks at the address."""
    rows = Invitation.objects.select_related("invited_by").order_by("-id")
    if search:
        rows = rows.filter(email__icontains=search)
    if role:
        rows = rows.filter(role=role)
    if state:
        rows = rows.filter(_INVITATION_STATES[InvitationState(state)](utc_now()))
    return page_read(rows, _invitation, number=number)


def api_key_list(
    *, search: str = "", state: str = "", user_id: UUID | None = None, number: int = 1
) -> Page[ApiKeyRow]:
    """The account's keys, newest first, revoked ones included; a search looks at name and visible beginning."""
    rows = ApiKey.objects.filter(account_id=current_context().account_id).select_related("user")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(prefix__startswith=search))
    if state:
        rows = rows.filter(_KEY_STATES[KeyState(state)](utc_now()))
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    page = page_read(rows.order_by("-id"), lambda row: row, number=number)
    sites = site_domains({row.site_id for row in page.rows if row.site_id})
    keys = tuple(_api_key(row, site=sites.get(row.site_id, "")) for row in page.rows)
    return Page(rows=keys, total=page.total, number=page.number, size=page.size)


def audit_list(query: AuditQuery | None = None, *, number: int = 1) -> Page[AuditRow]:
    """The trail, newest first, with people by address."""
    query = query or AuditQuery()
    wanted = {
        "action__startswith": query.action,
        "actor_id": query.actor_id,
        "object_id": query.object_id,
        "created_at__gte": query.since,
        "created_at__lt": query.until,
    }
    rows = AuditEvent.objects.filter(**{name: value for name, value in wanted.items() if value})
    page = page_read(rows.order_by("-id"), lambda row: row, number=number)
    people = user_emails({row.actor_id for row in page.rows if row.actor_id})
    events = tuple(_event(row, actor=people.get(row.actor_id, "")) for row in page.rows)
    return Page(rows=events, total=page.total, number=page.number, size=page.size)


def _members() -> QuerySet[Any]:
    return members_with_sites(User.objects.filter(account_id=current_context().account_id))


def _member(row: Any) -> MemberRow:
    return MemberRow(
        id=row.pk,
        email=row.email,
        name=row.name,
        role=row.role,
        is_active=row.is_active,
        all_sites=row.all_sites,
        site_ids=tuple(row.site_ids),
        last_login=row.last_login,
        created_at=row.created_at,
    )


def _invitation(row: Invitation) -> InvitationRow:
    return InvitationRow(
        id=row.pk,
        email=row.email,
        role=row.role,
        all_sites=row.all_sites,
        site_ids=tuple(UUID(site_id) for site_id in row.site_ids),
        invited_by=row.invited_by.email if row.invited_by else "",
        state=row.state,
        expires_at=row.expires_at,
        created_at=row.created_at,
    )


def _api_key(row: ApiKey, *, site: str) -> ApiKeyRow:
    is_over = row.expires_at is not None and row.expires_at <= utc_now()
    return ApiKeyRow(
        id=row.pk,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        user_id=row.user_id,
        user=row.user.email,
        site=site,
        state="revoked" if row.revoked_at else "expired" if is_over else "active",
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_used_ip=row.last_used_ip or "",
        created_at=row.created_at,
    )


def _event(row: AuditEvent, *, actor: str) -> AuditRow:
    return AuditRow(
        id=row.pk,
        created_at=row.created_at,
        action=row.action,
        actor_id=row.actor_id,
        actor=actor,
        object_type=row.object_type,
        object_id=row.object_id,
        reason=row.reason,
        request_id=row.request_id,
        detail=row.detail,
    )
