"""The one door through the wall, for staff: each use is on record before it happens, or does not happen.

Guests, by the import contract: the API's frame and the staff's site beside it, which enter one account or list across
accounts for staff.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import models

from igny8_core.common.text import storable
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import ALL_SITES, TenantContext, _entered, tenant_transaction
from igny8_core.tenancy.ops import OPS_ALIAS


@contextmanager
def bypass(
    home: TenantContext, *, account_id: int, reason: str, detail: Mapping[str, Any]
) -> Iterator[TenantContext]:
    """Enter one account, with all its sites, in the name of a person of the system account.

    The record stands in the system account, where no tenant reads it, and is committed before the scope opens: it
    outlives whatever becomes of the work. Raises StaleContext, and whatever kept the record from being written.
    """
    with tenant_transaction(home):
        bypass_record("staff.entered", account_id=account_id, reason=reason, detail=detail)
    inside = replace(home, account_id=account_id, site_ids=ALL_SITES)
    with _entered(inside):
        yield inside


def bypass_record(action: str, *, account_id: int | None, reason: str, detail: Mapping[str, Any]) -> None:
    """Write down a use of the door, or a refused one, in the system account's scope that the caller has entered."""
    # Headers and paths come as they were sent; a record must not fail on what they hold.
    texts = {name: storable(value) if isinstance(value, str) else value for name, value in detail.items()}
    audit_write(action, reason=storable(reason), detail={**texts, "account_id": account_id})


def rows_across(model: Any) -> models.QuerySet[Any]:
    """A model's rows of every account, through the read-only operations role; the caller has recorded the use."""
    rows: models.QuerySet[Any] = model._base_manager.using(OPS_ALIAS).all()
    return rows
