"""Reads across accounts for periodic work: row ids and their account, through the read-only operations role."""

from uuid import UUID

from django.db import models

from igny8_core.tenancy.bases import TenantModel

OPS_ALIAS = "ops"


def ids_by_account(
    model: type[TenantModel], condition: models.Q, *, order_by: str = "id", limit: int = 1000
) -> dict[int, list[UUID]]:
    """The first rows that meet a condition, grouped by account; each is then claimed in its account's own scope."""
    rows = model._base_manager.using(OPS_ALIAS).filter(condition).order_by(order_by, "id")
    found: dict[int, list[UUID]] = {}
    for row_id, account_id in rows.values_list("id", "account_id")[:limit]:
        found.setdefault(account_id, []).append(row_id)
    return found
