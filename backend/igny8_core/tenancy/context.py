"""Who is asking, for which account and sites: one immutable value in one ContextVar, never a default."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from uuid import UUID, uuid4

from django.db import connections, transaction

from igny8_core.common.request_id import current_request_id
from igny8_core.tenancy.errors import NoTenantContext, TenantScopeConflict

TENANT_ALIAS = "default"


class AllSites(Enum):
    """The one value that means every site of the account; None and an empty set never do."""

    ALL = "*"


ALL_SITES = AllSites.ALL
SiteScope = AllSites | frozenset[UUID]


def site_scope_text(site_ids: SiteScope) -> str:
    """The scope as it is stored and signed: `*` or a comma-separated list."""
    if isinstance(site_ids, AllSites):
        return site_ids.value
    return ",".join(sorted(str(site_id) for site_id in site_ids))


def site_scope_parse(text: str) -> SiteScope:
    """The reverse of `site_scope_text`; an empty text means no site at all, never all."""
    if text == ALL_SITES.value:
        return ALL_SITES
    return frozenset(UUID(part) for part in text.split(",") if part)


@dataclass(frozen=True, slots=True)
class VersionProbe:
    """Scalar columns that BEGIN reads beside setting the tenant, and the values that the context was built on."""

    columns: str
    params: tuple[object, ...]
    expected: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TenantContext:
    """One account, the sites of it that may be seen, who acts, and the request that it belongs to."""

    account_id: int
    site_ids: SiteScope
    actor_id: UUID | None
    request_id: str
    probe: VersionProbe | None = None

    @classmethod
    def of_account(cls, account_id: int, *, actor_id: UUID | None = None) -> "TenantContext":
        """A whole account, for the request that is running or for work that has no request."""
        return cls(
            account_id=account_id,
            site_ids=ALL_SITES,
            actor_id=actor_id,
            request_id=current_request_id.get() or str(uuid4()),
        )

    def allows_site(self, site_id: UUID) -> bool:
        """Whether rows of this site may be seen."""
        return isinstance(self.site_ids, AllSites) or site_id in self.site_ids

    def covers(self, other: "TenantContext") -> bool:
        """Whether entering `other` from here widens nothing."""
        if self.account_id != other.account_id:
            return False
        if isinstance(self.site_ids, AllSites):
            return True
        return not isinstance(other.site_ids, AllSites) and other.site_ids <= self.site_ids


_current: ContextVar[TenantContext | None] = ContextVar("igny8_tenant", default=None)


def context_or_none() -> TenantContext | None:
    """The context if one is set."""
    return _current.get()


def current_context() -> TenantContext:
    """The context; raises NoTenantContext when nobody has entered one."""
    context = _current.get()
    if context is None:
        raise NoTenantContext("No tenant context: enter tenant_scope() first.")
    return context


@contextmanager
def tenant_scope(context: TenantContext) -> Iterator[TenantContext]:
    """Enter an account; inside another scope only the same account with the same or fewer sites is accepted.

    Raises TenantScopeConflict. Inside an open transaction the database is told at once and told back at the end.
    """
    outer = _current.get()
    if outer is not None and not outer.covers(context):
        raise TenantScopeConflict("A tenant scope cannot be left for another account or wider sites.")
    with _entered(context):
        yield context


@contextmanager
def _entered(context: TenantContext) -> Iterator[None]:
    token = _current.set(context)
    try:
        _tell_database()
        yield
    finally:
        _current.reset(token)
        _tell_database()


def _tell_database() -> None:
    connection = connections[TENANT_ALIAS]
    if connection.in_atomic_block:
        connection.apply_tenant()  # type: ignore[attr-defined]  # our own backend, tenancy/db/base.py


@contextmanager
def tenant_transaction(context: TenantContext | None = None) -> Iterator[TenantContext]:
    """One database transaction in the given scope, or in the one already entered.

    Raises NoTenantContext, and StaleContext when the context's probe no longer holds at BEGIN.
    """
    if context is None:
        with transaction.atomic(using=TENANT_ALIAS):
            yield current_context()
        return
    with tenant_scope(context), transaction.atomic(using=TENANT_ALIAS):
        yield context
