"""The two public base models of the wall, and the smaller ones that they are made of."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models

from igny8_core.common.ids import uuid7
from igny8_core.tenancy.checks import check_row, tenant_foreign_keys
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.tenancy.fields import TenantForeignKey, VersionField
from igny8_core.tenancy.kinds import Kind
from igny8_core.tenancy.managers import AccountRowManager, DeletedManager, TenantManager


class TenantModel(models.Model):
    """A row that belongs to an account for ever."""

    tenant_kind: ClassVar[Kind]
    tenant_site_lookup: ClassVar[str | None] = None

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Row-level security, not this key, guards the account; the constraint is made by ProtectTenantTable.
    account = models.ForeignKey(
        "igny8_auth.Account",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """Write the row after the second lock has checked it; raises TenantMismatch."""
        if self._state.adding and kwargs.get("force_update"):
            raise TenantMismatch  # a made-up copy of a stored row knows nothing of where that row belongs
        check_row(self)
        super().save(**kwargs)
        self.remember_keys()

    def remember_keys(self) -> None:
        """Keep what must not change from here on."""
        names = ("account_id", *(field.attname for field in tenant_foreign_keys(type(self))))
        self.__dict__["_loaded_keys"] = {name: self.__dict__[name] for name in names if name in self.__dict__}

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        """Load a row and remember the keys that must not change unseen."""
        row = super().from_db(db, field_names, values, **kwargs)
        row.remember_keys()
        return row


class AppendOnlyModel(TenantModel):
    """A row that is written once; a database trigger refuses UPDATE and DELETE."""

    tenant_kind = Kind.ACCOUNT

    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountRowManager[Self]] = AccountRowManager()

    class Meta:
        abstract = True


class AccountBaseModel(TenantModel):
    """An editable row of one account: timestamps, a version for its ETag, soft deletion."""

    tenant_kind = Kind.ACCOUNT
    # The job that makes what stands outside the database follow when rows are deleted or restored: {site_ids}.
    follow_up_task: ClassVar[str] = ""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = VersionField()
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    deletion_id = models.UUIDField(null=True, blank=True, editable=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()
    deleted: ClassVar[DeletedManager[Self]] = DeletedManager()

    class Meta:
        abstract = True

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Write the row; a partial save also writes the version and the time, a whole one never revives the row."""
        if update_fields is not None:
            update_fields = [*update_fields, "updated_at", "version"]
        elif not self._state.adding:
            left_out = {"id", "deleted_at", "deletion_id"} | self.get_deferred_fields()
            update_fields = [
                field.name
                for field in self._meta.concrete_fields
                if not {field.name, field.attname} & left_out
            ]
        super().save(update_fields=update_fields, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Soft-delete the row with what it owns; only the purge service removes rows."""
        from igny8_core.tenancy.softdelete import row_delete

        return row_delete(self), {self._meta.label: 1}


class SiteBoundModel(AccountBaseModel):
    """An editable row of one site."""

    tenant_kind = Kind.SITE
    tenant_site_lookup = "site_id"

    site = TenantForeignKey("igny8_auth.Site", owned=True, related_name="+", db_index=False)
    site_id: UUID

    class Meta:
        abstract = True


class SiteSectorBaseModel(SiteBoundModel):
    """An editable row of one site and, where it has one, of one of the site's sectors."""

    sector = TenantForeignKey(
        "igny8_auth.Sector", owned=True, null=True, blank=True, related_name="+", db_index=False
    )
    sector_id: UUID | None

    class Meta:
        abstract = True
