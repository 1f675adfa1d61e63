"""The audit trail as CSV, streamed from transactions of the stream's own; a broken stream never looks whole."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import orjson
from django.db.models import QuerySet

from igny8_core.tenancy.context import TenantContext, tenant_transaction

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
BATCH = 1000
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def audit_csv(context: TenantContext, rows: Callable[[], QuerySet[Any]]) -> Iterator[str]:
    """The lines of the events that `rows` gives in the caller's scope, oldest first, with a header.

    Each batch is read in a transaction of its own: the request's is over when the answer is streamed. Raises
    StaleContext when the caller's rights change meanwhile, which ends the stream without its end.
    """
    yield _line(COLUMNS)
    last_id = None
    while True:
        with tenant_transaction(context):
            found = rows().order_by("id")
            if last_id is not None:
                found = found.filter(id__gt=last_id)
            batch = list(found.values(*COLUMNS)[:BATCH])
        yield from (_line([_cell(row[name]) for name in COLUMNS]) for row in batch)
        if len(batch) < BATCH:
            return
        last_id = batch[-1]["id"]


def _line(cells: Any) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
