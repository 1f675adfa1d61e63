"""Rows for files, streamed from transactions of the stream's own; a broken stream never looks whole."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from igny8_core.common.sheets import csv_line
from igny8_core.tenancy.context import TenantContext, tenant_transaction

BATCH = 1000


def rows_csv(
    context: TenantContext, rows: Callable[[], QuerySet[Any]], columns: Sequence[str], *, key: str = "id"
) -> Iterator[str]:
    """A header and the columns of the rows that `rows_stream` gives, line by line."""
    yield csv_line(columns)
    yield from (csv_line(values) for values in rows_stream(context, rows, columns, key=key))


def rows_stream(
    context: TenantContext, rows: Callable[[], QuerySet[Any]], columns: Sequence[str], *, key: str = "id"
) -> Iterator[tuple[Any, ...]]:
    """The columns of the rows that `rows` gives in the caller's scope, in the order of `key`, which is one of them.

    Each batch is read in a transaction of its own: the request's is over when the answer is streamed. Raises
    StaleContext when the caller's rights change meanwhile, which ends the stream without its end.
    """
    last, at = None, columns.index(key)
    while True:
        with tenant_transaction(context):
            found = rows().order_by(key)
            if last is not None:
                found = found.filter(**{f"{key}__gt": last})
            batch = list(found.values_list(*columns)[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1][at]
