"""The ledger and the statement as CSV."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from igny8_core.common.sheets import csv_line
from igny8_core.modules.billing.types import Statement, Sums
from igny8_core.tenancy.context import TenantContext
from igny8_core.tenancy.csv_stream import rows_csv

LEDGER_COLUMNS = (
    "sequence",
    "created_at",
    "kind",
    "amount",
    "balance_after",
    "held_after",
    "operation",
    "site_id",
    "user_id",
    "job_id",
    "hold_id",
    "idempotency_key",
    "reason",
    "id",
)
SUMS = ("granted", "adjusted", "held", "captured", "released")


def ledger_csv(context: TenantContext, rows: Callable[[], QuerySet[Any]]) -> Iterator[str]:
    """The lines that `rows` gives in the caller's scope, oldest first, with a header."""
    return rows_csv(context, rows, LEDGER_COLUMNS, key="sequence")


def statement_csv(statement: Statement) -> str:
    """A header, the groups and their total."""
    lines = [csv_line((statement.group_by, "label", *SUMS))]
    lines += [csv_line((line.key, line.label, *_cells(line.sums))) for line in statement.lines]
    return "".join([*lines, csv_line(("total", "", *_cells(statement.total)))])


def _cells(sums: Sums) -> tuple[int, ...]:
    return tuple(getattr(sums, name) for name in SUMS)
