"""Decides which keyword belongs to which group; pure, it must never touch the database or move a placed keyword."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from igny8_core.modules.planner.constants import (
    MEMBER_MIN_SIMILARITY,
    SINGLE_MIN_SIMILARITY,
    SINGLE_MIN_VOLUME,
)
from igny8_core.semantics.cluster import Granularity, cluster
from igny8_core.semantics.naming import head_keyword
from igny8_core.semantics.neighbours import nearest_to
from igny8_core.semantics.numerics import Matrix

_CENTRAL_COUNT = 5  # the most central keywords, among which the head keyword is chosen
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class _New:
    """The label of a group that this run made; no label of a caller equals it."""

    number: int


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group that did not exist: its rows, the row whose text names it, and what it shares with related new ones."""

    head: int
    members: tuple[int, ...]
    pillar: Hashable = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a run decided: rows that join an existing group, and new groups; every other row stays as it is."""

    joined: dict[int, Hashable]
    groups: tuple[NewGroup, ...]


@dataclass(slots=True)
class _Board:
    """The state of one run: each row's label, an existing one or that of a new group, None while it has none."""

    vectors: Matrix
    texts: Sequence[str]
    volumes: Sequence[int | None]
    labels: list[Hashable | None]
    addresses: Sequence[Set[Hashable]] | None
    locked: frozenset[Hashable]
    granularity: Granularity
    waiting: set[int]
    heads: list[int] = field(default_factory=list)
    pillars: list[Hashable] = field(default_factory=list)

    def free(self) -> list[int]:
        """The rows that still look for a group, in order."""
        return sorted(self.waiting)

    def settle(self, row: int, label: Hashable) -> None:
        """Place a row for good."""
        self.labels[row] = label
        self.waiting.discard(row)

    def found(self, rows: list[int], *, head: int, pillar: Hashable) -> None:
        """Make a new group of these rows."""
        label = _New(len(self.heads))
        self.heads.append(head)
        self.pillars.append(pillar)
        for row in rows:
            self.settle(row, label)


def group_keywords(
    vectors: Matrix,
    *,
    texts: Sequence[str],
    volumes: Sequence[int | None],
    labels: Sequence[Hashable | None],
    addresses: Sequence[Set[Hashable]] | None = None,
    locked: Iterable[Hashable] = (),
    granularity: Granularity = Granularity.NORMAL,
) -> Grouping:
    """Place the rows without a label into the groups that exist, and into new ones of two or more, by one linkage.

    That repeats until nothing moves, so that running again on the outcome changes nothing. A row that would join a
    locked group stays free. `addresses` are the URLs that rank for each row. A lone row becomes a group when it is
    searched `SINGLE_MIN_VOLUME` times a month, at least as often as three quarters of the rows with a known volume, and
    has another row as near as `SINGLE_MIN_SIMILARITY`.
    """
    board = _Board(
        vectors=vectors,
        texts=texts,
        volumes=volumes,
        labels=list(labels),
        addresses=addresses,
        locked=frozenset(locked),
        granularity=granularity,
        waiting={row for row, label in enumerate(labels) if label is None},
    )
    while _link(board) or _single(board):
        pass
    return _outcome(board, before=labels)


def member_similarities(rows: Matrix) -> Matrix:
    """Each row's cosine to the sum of the other rows: how much it belongs to the group it stands in."""
    others = rows.sum(axis=0, keepdims=True) - rows
    lengths = np.linalg.norm(others, axis=1)
    dots = np.einsum("ij,ij->i", rows, others)
    return np.asarray(dots / np.maximum(lengths, _NOISE), np.float32)


def cohesion(rows: Matrix) -> float:
    """The mean cosine over all pairs of rows of length one, 1.0 for a single row."""
    count = len(rows)
    if count < 2:
        return 1.0
    total = rows.sum(axis=0, dtype=np.float64)
    own = float(np.square(rows, dtype=np.float64).sum())
    return round(float((total @ total - own) / (count * (count - 1))), 4)


def central_head(rows: Matrix, volumes: Sequence[int | None]) -> int:
    """The most searched of the five rows nearest to the group's centre."""
    order = np.argsort(-np.round(rows @ rows.sum(axis=0), 6), kind="stable")[:_CENTRAL_COUNT]
    return head_keyword(order.tolist(), volumes=volumes)


def _link(board: _Board) -> bool:
    if not board.waiting:
        return False
    rows = [row for row, label in enumerate(board.labels) if label is not None or row in board.waiting]
    found = cluster(
        board.vectors if len(rows) == len(board.labels) else board.vectors[rows],
        texts=[board.texts[row] for row in rows],
        known=[board.labels[row] for row in rows],
        addresses=board.addresses and [board.addresses[row] for row in rows],
        granularity=board.granularity,
    )
    before, made = len(board.waiting), len(board.heads)
    for group in found.clusters:
        members = [rows[member] for member in group.members]
        free = [row for row in members if board.labels[row] is None]
        if group.known in board.locked:
            board.waiting.difference_update(free)  # they belong there, and wait until the editor unlocks it
        elif free:
            _settle(board, members, free, known=group.known, pillar=(made, group.pillar))
    return len(board.waiting) < before


def _settle(
    board: _Board, members: list[int], free: list[int], *, known: Hashable | None, pillar: Hashable
) -> None:
    """Place the free rows of a group, without those that only the linkage, not their meaning, brought in."""
    kept = _kept(board, members)
    if known is not None:
        for row in kept & set(free):
            board.settle(row, known)
    elif len(kept) > 1:
        placed = sorted(kept)
        head = central_head(board.vectors[placed], [board.volumes[row] for row in placed])
        board.found(placed, head=placed[head], pillar=pillar)


def _kept(board: _Board, rows: list[int]) -> set[int]:
    near = member_similarities(board.vectors[rows]).tolist()
    alike = {row for row, similarity in zip(rows, near, strict=True) if similarity >= MEMBER_MIN_SIMILARITY}
    return alike | _sharing(board, rows)


def _sharing(board: _Board, rows: list[int]) -> set[int]:
    """Those that share a ranking URL with another one: the results page says what the words do not."""
    if board.addresses is None:
        return set()
    counts = Counter(address for row in rows for address in board.addresses[row])
    return {row for row in rows if any(counts[address] > 1 for address in board.addresses[row])}


def _single(board: _Board) -> bool:
    known = [volume for volume in board.volumes if volume is not None]
    if not board.waiting or not known:
        return False
    enough = max(SINGLE_MIN_VOLUME, float(np.quantile(known, 0.75)))
    wanted = [row for row in board.free() if (board.volumes[row] or 0) >= enough]
    if not wanted or len(board.texts) < 2:
        return False
    near = nearest_to(board.vectors[wanted], board.vectors, k=2).similarities[:, 1]
    worth = [row for row, value in zip(wanted, near.tolist(), strict=True) if value >= SINGLE_MIN_SIMILARITY]
    for row in _apart(board.vectors, worth):  # of near ones the first: the others may join it
        board.found([row], head=row, pillar=None)
    return bool(worth)


def _apart(vectors: Matrix, rows: list[int]) -> list[int]:
    """Those rows, in order, that are near to none before them."""
    taken = np.empty((len(rows), vectors.shape[1]), vectors.dtype)
    kept: list[int] = []
    for row in rows:
        if not np.any(taken[: len(kept)] @ vectors[row] >= SINGLE_MIN_SIMILARITY):
            taken[len(kept)] = vectors[row]
            kept.append(row)
    return kept


def _outcome(board: _Board, *, before: Sequence[Hashable | None]) -> Grouping:
    joined: dict[int, Hashable] = {}
    members: dict[int, list[int]] = {number: [] for number in range(len(board.heads))}
    for row, (old, new) in enumerate(zip(before, board.labels, strict=True)):
        if isinstance(new, _New):
            members[new.number].append(row)
        elif old is None and new is not None:
            joined[row] = new
    groups = tuple(
        NewGroup(board.heads[number], tuple(rows), board.pillars[number]) for number, rows in members.items()
    )
    return Grouping(joined, groups)
