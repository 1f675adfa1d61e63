"""Reads of identity that are more than one filter; lists and rows, never lazy querysets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from igny8_core.auth.models import (
    Account,
    Invitation,
    Plan,
    PlanStatus,
    RefreshSession,
    SecondFactor,
    Sector,
    Site,
    User,
)
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.tenancy.context import current_context
from igny8_core.tenancy.pages import page_read


def account_get() -> Account:
    """The current account with its plan."""
    account: Account = Account.objects.select_related("plan").get(pk=current_context().account_id)
    return account


def plans_active() -> list[Plan]:
    """Every plan that an account may have, the cheapest first."""
    return list(Plan.objects.filter(is_active=True).order_by("price_cents", "pk"))


def plan_get_by_code(code: str) -> Plan:
    """A plan, on offer or not; raises NotFound."""
    plan = Plan.objects.filter(code=code).first()
    if plan is None:
        raise NotFound
    return plan


def accounts_over() -> list[int]:
    """Ids of accounts whose trial, paid time or grace is over while their row says otherwise; a batch at a time."""
    now = utc_now()
    over = (
        Q(plan_status=PlanStatus.TRIALING, trial_ends_at__lte=now)
        | Q(plan_status=PlanStatus.ACTIVE, paid_until__lte=now)
        | Q(plan_status=PlanStatus.PAST_DUE, grace_until__lte=now)
    )
    return list(Account.objects.filter(over).order_by("pk").values_list("pk", flat=True)[:1000])


def site_domains(site_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The domains of those of the sites that the caller may see, deleted ones included."""
    ids = list(site_ids)
    rows = [*Site.objects.filter(pk__in=ids), *Site.deleted.filter(pk__in=ids)]
    return {row.pk: row.domain for row in rows}


def user_emails(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The addresses of those of the people who are of the current account."""
    people = User.objects.filter(account_id=current_context().account_id, pk__in=list(user_ids))
    return dict(people.values_list("pk", "email"))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the plan allows of something, and how much of it is used."""

    allowed: int
    used: int


def plan_allowance(limit: str, rows: QuerySet[Any]) -> Allowance:
    """The plan's `limit` (a column of Plan) beside the number of the account's `rows` that count against it.

    Holds the account's row until the commit, so that two writers never share the last room; foreign keys pass the lock.
    """
    accounts = Account.objects.select_related("plan").select_for_update(of=("self",), no_key=True)
    account = accounts.get(pk=current_context().account_id)
    return Allowance(allowed=getattr(account.plan, limit), used=rows.count())


def user_get(user_id: UUID) -> User:
    """A person of the current account; raises NotFound."""
    people = members_present(User.objects.filter(account_id=current_context().account_id))
    user: User | None = people.filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def members_present(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those among people who have not been removed."""
    return rows.filter(removed_at=None)


def invitation_get(invitation_id: UUID) -> Invitation:
    """An invitation of the current account, locked until the commit; raises NotFound."""
    row = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if row is None:
        raise NotFound
    return row


def site_get(site_id: UUID) -> Site:
    """A site of the current account; raises NotFound."""
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise NotFound
    return site


def site_language(site_id: UUID) -> str:
    """The ISO 639-1 code of the language that a site is in; raises NotFound."""
    return site_get(site_id).language_code


def site_list() -> list[Site]:
    """The account's sites that the caller may see, by name."""
    return list(Site.objects.order_by("name", "id"))


def site_for_domain(domain: str) -> Site:
    """The site with a domain; raises NotFound."""
    site = Site.objects.filter(domain=domain.strip().lower()).first()
    if site is None:
        raise NotFound(f"This account has no site {domain}.")
    return site


def sector_list(site_id: UUID) -> list[Sector]:
    """A site's sectors, oldest first."""
    return list(Sector.objects.filter(site_id=site_id).order_by("id"))


def sessions_alive(rows: QuerySet[Any], *, user_id: UUID) -> QuerySet[Any]:
    """Those of a person's sign-ins among `rows` that are neither ended nor expired."""
    return rows.filter(user_id=user_id, revoked_at=None, expires_at__gt=utc_now())


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One sign-in on one device; `kind` is api or console."""

    id: UUID
    kind: str
    user_agent: str
    created_at: datetime
    expires_at: datetime


def session_list(user_id: UUID, *, search: str = "", kind: str = "", number: int = 1) -> Page[SessionRow]:
    """A person's sign-ins that are still good, newest first; a search looks at what the device says it is."""
    rows = sessions_alive(RefreshSession.objects.all(), user_id=user_id)
    if search:
        rows = rows.filter(user_agent__icontains=search)
    if kind:
        rows = rows.filter(kind=kind)
    return page_read(rows.order_by("-created_at", "-id"), _session, number=number)


def _session(row: RefreshSession) -> SessionRow:
    return SessionRow(
        id=row.pk,
        kind=row.kind,
        user_agent=row.user_agent,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


@dataclass(frozen=True, slots=True)
class SecondFactorInfo:
    """Whether a person needs a code to sign in, and how many recovery codes are left."""

    is_on: bool
    recovery_codes_left: int


def second_factor_state(user: User) -> SecondFactorInfo:
    """The state of a person's second factor."""
    row = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    return SecondFactorInfo(
        is_on=row is not None, recovery_codes_left=len(row.recovery_digests) if row else 0
    )
