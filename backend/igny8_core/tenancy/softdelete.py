"""Deleting without losing: stamp a row with what it owns, bring that set back, or purge it after its window."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import IntegrityError, connections, models, transaction

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.context import TENANT_ALIAS, current_context
from igny8_core.tenancy.errors import DeletedRowCollision, TenantMismatch
from igny8_core.tenancy.fields import TenantForeignKey


def row_delete(row: AccountBaseModel) -> int:
    """Stamp a row and everything that it owns with one deletion id; returns the number of rows stamped.

    Raises TenantMismatch for a row outside the scope; a row that is deleted already is left as it is.
    """
    if row.account_id != current_context().account_id:
        raise TenantMismatch
    deletion_id, now = uuid4(), utc_now()
    with transaction.atomic(using=TENANT_ALIAS):
        stamped = _stamp(type(row), {row.pk}, deletion_id, now)
    row.deleted_at, row.deletion_id = now, deletion_id
    return stamped


def _stamp(model: type[AccountBaseModel], ids: set[UUID], deletion_id: UUID, now: datetime) -> int:
    alive = set(model.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if not alive:
        return 0
    stamped = model.objects.filter(pk__in=alive).update(deleted_at=now, deletion_id=deletion_id)
    for child, field in owned_relations(model):
        children = set(child.objects.filter(**{f"{field.name}__in": alive}).values_list("pk", flat=True))
        stamped += _stamp(child, children, deletion_id, now)
    return stamped


def owned_relations(
    model: type[models.Model],
) -> Iterator[tuple[type[AccountBaseModel], TenantForeignKey]]:
    """The models, with their key, whose rows go when a row of `model` goes."""
    for child in soft_deletable_models():
        for field in child._meta.concrete_fields:
            if isinstance(field, TenantForeignKey) and field.owned and field.related_model is model:
                yield child, field


def soft_deletable_models() -> list[type[AccountBaseModel]]:
    """Every concrete model that is deleted softly."""
    return [model for model in apps.get_models() if issubclass(model, AccountBaseModel)]


def row_restore(model: type[AccountBaseModel], row_id: UUID) -> AccountBaseModel:
    """Bring back a row with the set that was deleted with it.

    Raises NotFound (foreign, missing, past its window) and DeletedRowCollision when a living row took its place.
    """
    row = model.deleted.filter(pk=row_id, deleted_at__gt=_purge_before()).first()
    if row is None:
        raise NotFound
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            for other in soft_deletable_models():
                other.deleted.filter(deletion_id=row.deletion_id).update(deleted_at=None, deletion_id=None)
    except IntegrityError as error:
        raise _collision(model, error) from error
    return model.objects.get(pk=row_id)


def _collision(model: type[models.Model], error: IntegrityError) -> DeletedRowCollision:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for constraint in model._meta.constraints:
        if constraint.name == name and isinstance(constraint, models.UniqueConstraint):
            fields = [field for field in constraint.fields if field not in ("account", "site", "sector")]
            return DeletedRowCollision(fields={field: ["This value is taken again."] for field in fields})
    return DeletedRowCollision()


def _purge_before() -> datetime:
    account_model: Any = apps.get_model("igny8_auth", "Account")
    days = account_model.objects.values_list("retention_days", flat=True).get(pk=current_context().account_id)
    return utc_now() - timedelta(days=days)


def account_purge() -> int:
    """Remove for good the current account's rows whose retention window is over; returns how many.

    Constraints are deferred, so the order of tables does not matter; a row that a living row still points at keeps the
    whole purge of this account from happening and is logged by the caller.
    """
    before, removed = _purge_before(), 0
    with transaction.atomic(using=TENANT_ALIAS):
        for model in soft_deletable_models():
            rows = model.deleted.filter(deleted_at__lt=before)
            removed += rows._raw_delete(rows.db)
        connections[TENANT_ALIAS].check_constraints()
    return removed
