"""Reads of identity that are more than one filter; lists and rows, never lazy querysets."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from igny8_core.auth.models import Account, Sector, Site, User
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.context import current_context


def account_get() -> Account:
    """The current account with its plan."""
    account: Account = Account.objects.select_related("plan").get(pk=current_context().account_id)
    return account


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
    user = User.objects.filter(pk=user_id, account_id=current_context().account_id).first()
    if user is None:
        raise NotFound
    return user


def site_get(site_id: UUID) -> Site:
    """A site of the current account; raises NotFound."""
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise NotFound
    return site


def site_for_domain(domain: str) -> Site:
    """The site with a domain; raises NotFound."""
    site = Site.objects.filter(domain=domain.strip().lower()).first()
    if site is None:
        raise NotFound(f"This account has no site {domain}.")
    return site


def sector_list(site_id: UUID) -> list[Sector]:
    """A site's sectors, oldest first."""
    return list(Sector.objects.filter(site_id=site_id).order_by("id"))
