"""What the automation room hands out: frozen pictures of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

ProgressCallback = Callable[[int, int, str], None]


class Watch(Protocol):
    """What a step needs of the job that it runs in."""

    id: UUID

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Show how far the work is."""

    def checkpoint(self) -> None:
        """Raise when the job must stop."""


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One idea of a run and what became of it."""

    id: UUID
    position: int
    title: str
    state: str
    score: int | None
    url: str
    error_code: str
    error_message: str


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run as its followers see it; `counts` holds one dictionary of numbers per finished stage."""

    id: UUID
    state: str
    stage: str
    article_count: int
    published_count: int
    held_count: int
    counts: dict[str, dict[str, int]]
    error_code: str
    error_message: str
    items: tuple[ItemStatus, ...]
