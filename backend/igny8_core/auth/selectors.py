"""Reads of identity that are more than one filter; lists and rows, never lazy querysets."""

from uuid import UUID

from igny8_core.auth.models import Account, Sector, Site, User
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.context import current_context


def account_get() -> Account:
    """The current account with its plan."""
    account: Account = Account.objects.select_related("plan").get(pk=current_context().account_id)
    return account


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
