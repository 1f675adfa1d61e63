"""Reads one page of a list; it must never count further than the cap."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet

from igny8_core.common.pages import COUNT_CAP, PAGE_SIZE, Page

T = TypeVar("T")


def page_read(
    rows: QuerySet[Any], read: Callable[[Any], T], *, number: int = 1, size: int = PAGE_SIZE
) -> Page[T]:
    """Page `number` (from 1) of ordered rows, each turned by `read`; a page past the end is empty.

    Costs two queries however many rows there are.
    """
    number = min(max(1, number), COUNT_CAP // size)
    start = (number - 1) * size
    found = tuple(read(row) for row in rows[start : start + size])
    # The subquery keeps the count from ever reading more than the cap.
    total = rows.order_by()[: COUNT_CAP + 1].count()
    return Page(rows=found, total=total, number=number, size=size)
