"""Deleting without losing: stamp a row with what it owns, bring that set back, or purge it after its window."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.checks import tenant_foreign_keys
from igny8_core.tenancy.context import TENANT_ALIAS, current_context
from igny8_core.tenancy.errors import DeletedRowCollision, DeletedWithParent, TenantMismatch
from igny8_core.tenancy.fields import TenantForeignKey
from igny8_core.tenancy.kinds import Kind
from igny8_core.tenancy.queue import enqueue

# Ids of one statement; a prepared one takes 65,535 parameters at most.
BATCH = 5000


def row_delete(row: AccountBaseModel) -> int:
    """Stamp a row and everything that it owns with one deletion id; returns the number of rows stamped.

    Raises TenantMismatch for a row outside the scope; a row that is deleted already is left as it is.
    """
    if row.account_id != current_context().account_id:
        raise TenantMismatch
    # The root names the set: whoever may bring it back is asked about the root, never about one of its parts.
    deletion_id, now = row.pk, utc_now()
    with transaction.atomic(using=TENANT_ALIAS):
        stamped = _stamp(type(row), {row.pk}, deletion_id, now)
    row.deleted_at, row.deletion_id = now, deletion_id
    return stamped


def _stamp(model: type[AccountBaseModel], ids: set[UUID], deletion_id: UUID, now: datetime) -> int:
    alive = set(model.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if not alive:
        return 0
    _follow_up(model, model.objects.filter(pk__in=alive))
    stamped = model.objects.filter(pk__in=alive).update(deleted_at=now, deletion_id=deletion_id)
    for child, field in owned_relations(model):
        children = set(child.objects.filter(**{f"{field.name}__in": alive}).values_list("pk", flat=True))
        stamped += _stamp(child, children, deletion_id, now)
    return stamped


def _follow_up(model: type[AccountBaseModel], rows: models.QuerySet[Any]) -> None:
    """Start the model's job, if it has one, for the sites of rows that are about to go or to come back."""
    if model.follow_up_task:
        site_ids = sorted({str(site_id) for site_id in rows.values_list("site_id", flat=True).distinct()})
        if site_ids:
            enqueue(model.follow_up_task, payload={"site_ids": site_ids})


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

    Raises NotFound (foreign, missing, past its window), DeletedWithParent for a part of what was deleted and for a row
    whose owner is deleted itself, and DeletedRowCollision when a living row took its place.
    """
    row = model.deleted.filter(pk=row_id, deleted_at__gt=_purge_before()).first()
    if row is None:
        raise NotFound
    if row.deletion_id != row.pk or _has_deleted_owner(row):
        raise DeletedWithParent
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            for other in soft_deletable_models():
                rows = other.deleted.filter(deletion_id=row.deletion_id)
                _follow_up(other, rows)
                rows.update(deleted_at=None, deletion_id=None)
    except IntegrityError as error:
        raise _collision(model, error) from error
    return model.objects.get(pk=row_id)


def _has_deleted_owner(row: AccountBaseModel) -> bool:
    for field in tenant_foreign_keys(type(row)):
        target: Any = field.related_model
        owner_id = getattr(row, field.attname)
        if field.owned and owner_id and target.deleted.filter(pk=owner_id).exists():
            return True
    return False


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

    Credentials and rights of a removed row go with it, and what may point at nothing lets it go. A row that a staying
    row still needs stays too, and so does what it points at itself; it goes with a later purge. Constraints are
    deferred, so the order of tables does not matter.
    """
    due = _due_rows()
    while _keep_referenced(due):
        pass
    removed = 0
    with transaction.atomic(using=TENANT_ALIAS):
        _let_go(due)
        for model, ids in due.items():
            for batch in _batches(ids):
                rows = model.deleted.filter(pk__in=batch)
                removed += rows._raw_delete(rows.db)
    return removed


Due = dict[type[AccountBaseModel], set[UUID]]


def _due_rows() -> Due:
    before = _purge_before()
    return {
        model: set(model.deleted.filter(deleted_at__lt=before).values_list("pk", flat=True))
        for model in soft_deletable_models()
    }


def _keep_referenced(due: Due) -> bool:
    """Take out of `due` what staying rows point at; whether anything was taken out."""
    has_changed = False
    for child, field in _keys_to(due):
        if _is_credential(child) or _may_be_empty(field):
            continue
        target: Any = field.related_model
        kept = set().union(*(_pointed_at(child, field, batch, due) for batch in _batches(due[target])))
        if kept:
            due[target] -= kept
            has_changed = True
    return has_changed


def _let_go(due: Due) -> None:
    """Remove the credentials of the rows that leave, and empty the keys that may be empty."""
    for child, field in _keys_to(due):
        for batch in _batches(due[field.related_model]):  # type: ignore[index]  # _keys_to gives models of `due` alone
            rows = _rows_of(child, field, batch)
            if _is_credential(child):
                rows._raw_delete(rows.db)
            elif _may_be_empty(field):
                rows.update(**{field.attname: None})


def _keys_to(due: Due) -> Iterator[tuple[Any, TenantForeignKey]]:
    """Every key to a table that rows leave."""
    for child in apps.get_models():
        for field in tenant_foreign_keys(child):
            if due.get(field.related_model):  # type: ignore[arg-type]  # any model may be asked for
                yield child, field


def _is_credential(child: Any) -> bool:
    # Emptied instead, a key of one site would become a key of all of them.
    return getattr(child, "tenant_kind", None) is Kind.IDENTITY


def _may_be_empty(field: TenantForeignKey) -> bool:
    return field.null and not field.owned


def _rows_of(child: Any, field: TenantForeignKey, ids: list[UUID]) -> Any:
    return child._base_manager.filter(account_id=current_context().account_id, **{f"{field.name}__in": ids})


def _pointed_at(child: Any, field: TenantForeignKey, ids: list[UUID], due: Due) -> set[UUID]:
    """Those of `ids` that a row of `child` which stays points at."""
    leaving = due.get(child, set())
    pairs = _rows_of(child, field, ids).values_list("pk", field.attname)
    return {target for row, target in pairs if row not in leaving}


def _batches(ids: set[UUID]) -> Iterator[list[UUID]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
