"""The first lock: managers whose querysets refuse to compile without a tenant, and filter by it otherwise."""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import sql
from django.db.models.sql.compiler import SQLCompiler

from igny8_core.tenancy.checks import check_row
from igny8_core.tenancy.context import AllSites, SiteScope, context_or_none
from igny8_core.tenancy.errors import NoTenantContext, TenantMismatch

_M = TypeVar("_M", bound=models.Model)

IMMUTABLE_KEYS = frozenset({"account", "account_id", "site", "site_id", "sector", "sector_id", "id", "pk"})


class TenantQuery(sql.Query):
    """A query that remembers its account and sites and refuses to become SQL in any other context."""

    tenant_account_id: int | None = None
    tenant_site_ids: SiteScope = frozenset()

    def get_compiler(self, *args: Any, **kwargs: Any) -> SQLCompiler:
        """Compile, unless no tenant or another one is set; `.none()` needs no tenant."""
        self.require_tenant()
        compiler: SQLCompiler = super().get_compiler(*args, **kwargs)
        return compiler

    def chain(self, klass: Any = None) -> Any:
        """Clone; this is also where a query turns into an UPDATE or DELETE and would lose this class."""
        if klass is not None:
            self.require_tenant()
        return super().chain(klass)

    def require_tenant(self) -> None:
        """Raise NoTenantContext or TenantMismatch unless this query was built for the current account and sites."""
        if self.is_empty():
            return
        context = context_or_none()
        if context is None or self.tenant_account_id is None:
            raise NoTenantContext(f"{self.model} was queried without a tenant context.")
        if (context.account_id, context.site_ids) != (self.tenant_account_id, self.tenant_site_ids):
            raise TenantMismatch


class TenantQuerySet(models.QuerySet[_M]):
    """Rows of one account; deletes softly and refuses to move rows between accounts, sites or sectors."""

    query: TenantQuery

    def __and__(self, other: Any) -> Any:
        """Combine with rows of the same scope."""
        return super().__and__(self._operand(other))

    def __or__(self, other: Any) -> Any:
        """Combine with rows of the same scope; Django would keep the other side's account as an alternative."""
        return super().__or__(self._operand(other))

    def __xor__(self, other: Any) -> Any:
        """Combine with rows of the same scope."""
        return super().__xor__(self._operand(other))

    def _operand(self, other: Any) -> Any:
        """Both sides belong to the current context, or neither becomes part of anything."""
        if not isinstance(other, TenantQuerySet):
            raise TenantMismatch
        self.query.require_tenant()
        other.query.require_tenant()
        return other

    def create(self, **kwargs: Any) -> _M:
        """Insert a row; a queryset of another scope inserts nothing."""
        self.query.require_tenant()
        return super().create(**kwargs)

    def update(self, **kwargs: Any) -> int:
        """Change columns; raises TenantMismatch for account, site, sector and id, which never change."""
        if not IMMUTABLE_KEYS.isdisjoint(kwargs):
            raise TenantMismatch
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Soft-delete each row with what it owns; only the purge service removes rows."""
        from igny8_core.tenancy.softdelete import row_delete

        rows: list[Any] = list(self)
        count = sum([row_delete(row) for row in rows])
        return count, {self.model._meta.label: count}

    def bulk_create(
        self,
        objs: Iterable[_M],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[_M]:
        """Insert many rows after the second lock has checked each; a conflict moves no row to another place."""
        self.query.require_tenant()
        if not IMMUTABLE_KEYS.isdisjoint(update_fields or ()):
            raise TenantMismatch
        rows = list(objs)
        for row in rows:
            check_row(row)
        made = super().bulk_create(
            rows, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )
        for row in made:
            row.remember_keys()  # type: ignore[attr-defined]  # every model of this queryset is a TenantModel
        return made

    def bulk_update(self, objs: Iterable[_M], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        """Update many rows after the second lock has checked each; never account, site or sector."""
        self.query.require_tenant()
        rows, names = list(objs), list(fields)
        if not IMMUTABLE_KEYS.isdisjoint(names):
            raise TenantMismatch
        for row in rows:
            check_row(row)
        return super().bulk_update(rows, names, *args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        """Raw SQL has no place above the wall."""
        raise NotImplementedError("Raw queries are not available on tenant models.")

    def _raw_delete(self, using: str | None) -> int:
        self.query.require_tenant()
        return super()._raw_delete(using)

    def aiterator(self, chunk_size: int = 2000) -> Any:
        """Async iteration crosses threads and is refused; run the query inside the scope."""
        raise NotImplementedError("Tenant querysets are synchronous.")


class TenantManager(models.Manager[_M]):
    """Alive rows of the current account, and of the allowed sites for site-bound models."""

    def get_queryset(self) -> TenantQuerySet[_M]:
        """Build the scoped queryset, or one that refuses to be used."""
        return scoped_queryset(self.model, using=self._db, deleted_at__isnull=True)


class DeletedManager(models.Manager[_M]):
    """The same account's soft-deleted rows."""

    def get_queryset(self) -> TenantQuerySet[_M]:
        """Build the scoped queryset of deleted rows."""
        return scoped_queryset(self.model, using=self._db, deleted_at__isnull=False)


class AccountRowManager(models.Manager[_M]):
    """All rows of the current account in a table that knows no deletion."""

    def get_queryset(self) -> TenantQuerySet[_M]:
        """Build the scoped queryset."""
        return scoped_queryset(self.model, using=self._db)


def scoped_queryset(model: type[_M], *, using: str | None = None, **conditions: Any) -> TenantQuerySet[_M]:
    """Rows of the current account and sites that meet `conditions`; without a context it refuses to compile."""
    query = TenantQuery(model)
    queryset: TenantQuerySet[_M] = TenantQuerySet(model, query=query, using=using)
    context = context_or_none()
    if context is None:
        return queryset
    query.tenant_account_id, query.tenant_site_ids = context.account_id, context.site_ids
    lookup: str | None = getattr(model, "tenant_site_lookup", None)
    if lookup is not None and not isinstance(context.site_ids, AllSites):
        conditions[f"{lookup}__in"] = context.site_ids
    return queryset.filter(account_id=context.account_id, **conditions)
