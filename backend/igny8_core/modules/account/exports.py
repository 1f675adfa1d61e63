"""The audit trail as CSV."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from igny8_core.tenancy.context import TenantContext
from igny8_core.tenancy.csv_stream import rows_csv

COLUMNS = (
    "created_at",
    "action",
    "actor_id",
    "object_type",
    "object_id",
    "reason",
    "request_id",
    "detail",
    "id",
)


def audit_csv(context: TenantContext, rows: Callable[[], QuerySet[Any]]) -> Iterator[str]:
    """The lines of the events that `rows` gives in the caller's scope, oldest first, with a header."""
    return rows_csv(context, rows, COLUMNS)
