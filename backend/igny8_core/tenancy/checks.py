"""The second lock: what must hold for a row before it is written, with errors a developer can read."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import models

from igny8_core.tenancy.context import TenantContext, current_context
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.tenancy.fields import TenantForeignKey

logger = logging.getLogger("igny8.tenancy")


def tenant_foreign_keys(model: type[models.Model]) -> list[TenantForeignKey]:
    """The model's keys to rows that belong to an account (users included), in declaration order."""
    return [field for field in model._meta.concrete_fields if isinstance(field, TenantForeignKey)]


def check_row(row: Any) -> None:
    """Fill the account of a new row and prove that the row stays inside the current scope.

    Raises NoTenantContext, and TenantMismatch for a foreign account, a moved row, a site that may not be seen, or a
    key to a row that is foreign, missing or deleted.
    """
    context = current_context()
    if row.account_id is None and row._state.adding:
        row.account_id = context.account_id
    if row.account_id != context.account_id:
        _refuse(row, "account", context)
    loaded = _stored_keys(row)
    for name in ("account_id", "site_id", "sector_id"):
        if name in loaded and loaded[name] != getattr(row, name):
            _refuse(row, name, context)
    _check_site(row, context)
    for field in tenant_foreign_keys(type(row)):
        value = getattr(row, field.attname)
        if value is not None and (row._state.adding or loaded.get(field.attname) != value):
            _check_target(row, field, context)


def _stored_keys(row: Any) -> Mapping[str, Any]:
    """The keys that the row had when it was loaded; those that were left out then are read now."""
    loaded: dict[str, Any] = getattr(row, "_loaded_keys", {})
    if row._state.adding:
        return loaded
    names = {"account_id", *(field.attname for field in tenant_foreign_keys(type(row)))}
    if names <= loaded.keys():
        return loaded
    stored = type(row)._base_manager.filter(pk=row.pk).values(*names).first()
    return {**(stored or {}), **loaded}


def _check_site(row: Any, context: TenantContext) -> None:
    lookup = getattr(row, "tenant_site_lookup", None)
    if lookup == "id" and row._state.adding:
        return
    # An account's row may name a site without having to: a job, a prompt's override.
    site_id: Any = getattr(row, lookup or "site_id", None)
    if (lookup is not None or site_id is not None) and not context.allows_site(site_id):
        _refuse(row, "site", context)


def _check_target(row: Any, field: TenantForeignKey, context: TenantContext) -> None:
    target_model: Any = field.related_model
    if field.is_cached(row):
        target = getattr(row, field.name)
    else:
        # _base_manager sees users too, and row-level security already hides other accounts' rows
        target = target_model._base_manager.filter(
            pk=getattr(row, field.attname), account_id=context.account_id
        ).first()
        if target is not None:
            field.set_cached_value(row, target)
    if target is None or target.account_id != context.account_id or getattr(target, "deleted_at", None):
        _refuse(row, field.name, context)
    if _is_site_bound(row) and _is_site_bound(target) and row.site_id != target.site_id:
        _refuse(row, field.name, context)


def _is_site_bound(row: Any) -> bool:
    return getattr(type(row), "tenant_site_lookup", None) == "site_id"


def _refuse(row: Any, what: str, context: TenantContext) -> None:
    logger.warning(
        "tenant mismatch: %s.%s of row %s in the scope of account %s",
        type(row).__name__,
        what,
        row.pk,
        context.account_id,
    )
    raise TenantMismatch
