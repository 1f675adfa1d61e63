"""The shape of one page of a list, as selectors hand it to the console."""

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE_SIZE = 50
# Counting further costs more than anybody gains; filters find what lies deeper.
COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list; `total` counts no further than COUNT_CAP + 1."""

    rows: tuple[T, ...]
    total: int
    number: int = 1
    size: int = PAGE_SIZE

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.total > COUNT_CAP

    @property
    def count(self) -> int:
        """The number of rows to show: exact up to COUNT_CAP."""
        return min(self.total, COUNT_CAP)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, math.ceil(self.count / self.size))

    @property
    def first(self) -> int:
        """The position of the page's first row, from 1; 0 on an empty page."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The position of the page's last row."""
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def previous(self) -> int | None:
        """The number of the page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, if there is one."""
        return self.number + 1 if self.number < self.pages else None
