"""Accounts and people for tests: always an owner, a member and, elsewhere, a stranger."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from igny8_core.auth.models import (
    Account,
    Plan,
    PlanStatus,
    RefreshSession,
    Role,
    Sector,
    Site,
    StaffRole,
    User,
)
from igny8_core.auth.services import TokenPair, tokens_issue
from igny8_core.tenancy.context import ALL_SITES, SiteScope, TenantContext, tenant_transaction

PASSWORD = "a-long-test-passphrase"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Tenant:
    """One account with people, a site of two sectors, and the context of its owner."""

    account: Account
    owner: User
    member: User
    viewer: User
    site: Site
    sector: Sector
    other_sector: Sector

    @property
    def context(self) -> TenantContext:
        """The owner's context with all sites."""
        return context_of(self.owner)

    @contextmanager
    def work(self) -> Iterator[None]:
        """One transaction in this account."""
        with tenant_transaction(self.context):
            yield


def context_of(user: User, site_ids: SiteScope = ALL_SITES) -> TenantContext:
    """A context of a person, without a probe."""
    return TenantContext(
        account_id=user.account_id, site_ids=site_ids, actor_id=user.pk, request_id=str(uuid4())
    )


def tenant_make(name: str = "", *, plan: str = "agency", status: PlanStatus = PlanStatus.ACTIVE) -> Tenant:
    """Make an account with owner, member (editor), viewer, one site and two sectors."""
    number = next(_numbers)
    name = name or f"account-{number}"
    account = Account.objects.create(name=name, plan=Plan.objects.get(code=plan), plan_status=status)
    owner, member, viewer = (user_make(account, role=role) for role in (Role.OWNER, Role.EDITOR, Role.VIEWER))
    with tenant_transaction(context_of(owner)):
        site = Site.objects.create(name=name, domain=f"{name}.example")
        sector, other = (Sector.objects.create(site=site, name=f"{name} {n}", slug=f"s{n}") for n in (1, 2))
    return Tenant(account, owner, member, viewer, site, sector, other)


def user_make(account: Account, *, role: Role = Role.EDITOR, staff_role: StaffRole | str = "") -> User:
    """Make a person who cannot sign in with a password."""
    number = next(_numbers)
    return User.objects.create(
        account=account, email=f"{role}{number}@example.test", role=role, staff_role=staff_role, password="!"
    )


def password_give(user: User, password: str = PASSWORD) -> User:
    """Let a person sign in with a password."""
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def staff_make(staff_role: StaffRole = StaffRole.DEVELOPER) -> User:
    """Make a member of staff."""
    return user_make(Account.objects.get(is_system=True), role=Role.ADMIN, staff_role=staff_role)


def site_make(tenant: Tenant, domain: str = "") -> Site:
    """Make another site of an account."""
    with tenant.work():
        return Site.objects.create(name="Another", domain=domain or f"site-{next(_numbers)}.example")


def tokens_make(user: User) -> TokenPair:
    """Sign somebody in without a password."""
    session = RefreshSession(account_id=user.account_id, user=user, token_id=UUID(int=0))
    return tokens_issue(user, session)
