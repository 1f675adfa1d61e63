"""Owns the search for nearest rows by cosine; must never see a text or a label."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from igny8_core.semantics.numerics import Indices, Matrix, one_thread, sums_by_label, unit_rows

EXACT_LIMIT = 20_000  # rows; all pairs of more cost more than a slightly smaller recall

_BLOCK_CELLS = 1 << 23  # similarities held at once; with the partition's indices about 130 MB
_LISTS_PROBED = 16
_LLOYD_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Row i's neighbours, nearest first, equal ones by index; both arrays have shape (n, k)."""

    indices: Indices
    similarities: Matrix


def nearest_among(
    rows: Matrix, *, k: int, asking: int | None = None, exact_limit: int = EXACT_LIMIT
) -> Neighbours:
    """Find the k nearest other rows of the first `asking` rows, of all by default; rows have length one or zero.

    Fewer than k when there are fewer. Exact while that takes no more comparisons than all pairs of `exact_limit` rows.
    Above it an inverted file (IVF): rows are listed under the nearest of sqrt(n) centres, and a row is compared with
    the lists of the `_LISTS_PROBED` centres nearest to it. Nothing is random.
    """
    k = max(0, min(k, len(rows) - 1))
    found = _nothing_found(len(rows), k)
    asked = np.arange(len(rows) if asking is None else asking)
    with one_thread():
        if len(asked) * len(rows) > exact_limit**2:
            for queries, candidates in _lists(rows):
                _search(rows, queries, candidates, found)
        # Every row, or those whose lists held too few others.
        missing = asked[np.isneginf(found.similarities[asked]).any(axis=1)]
        found.similarities[missing] = -np.inf
        _search(rows, missing, np.arange(len(rows)), found)
    return Neighbours(found.indices[: len(asked)], found.similarities[: len(asked)])


def nearest_to(queries: Matrix, rows: Matrix, *, k: int) -> Neighbours:
    """Find the k rows nearest to each query, exactly; fewer when there are fewer rows."""
    found = _nothing_found(len(queries), min(k, len(rows)))
    with one_thread():
        for block in _blocks(len(queries), width=len(rows)):
            found.indices[block], found.similarities[block] = _top(queries[block] @ rows.T, min(k, len(rows)))
    return found


def _nothing_found(count: int, k: int) -> Neighbours:
    return Neighbours(np.full((count, k), -1, np.int64), np.full((count, k), -np.inf, np.float32))


def _search(rows: Matrix, queries: Indices, candidates: Indices, found: Neighbours) -> None:
    """Improve what is found for the queries by their nearest candidates, themselves excepted."""
    k = found.indices.shape[1]
    for block in _blocks(len(queries), width=len(candidates)):
        asking = queries[block]
        similarities = rows[asking] @ rows[candidates].T
        similarities[asking[:, None] == candidates[None, :]] = -np.inf
        columns, values = _top(similarities, min(k, len(candidates)))
        values = np.hstack((found.similarities[asking], values))
        indices = np.hstack((found.indices[asking], candidates[columns]))
        order = np.lexsort((indices, -values), axis=1)[:, :k]
        found.similarities[asking] = np.take_along_axis(values, order, axis=1)
        found.indices[asking] = np.take_along_axis(indices, order, axis=1)


def _blocks(count: int, *, width: int) -> Iterator[slice]:
    step = max(1, _BLOCK_CELLS // max(1, width))
    return (slice(start, start + step) for start in range(0, count, step))


def _top(similarities: Matrix, k: int) -> tuple[Indices, Matrix]:
    """The k largest per row, largest first, equal ones by column."""
    width = similarities.shape[1]
    if k == 0:
        return np.empty((len(similarities), 0), np.int64), np.empty((len(similarities), 0), np.float32)
    columns = np.argpartition(similarities, width - k, axis=1)[:, width - k :]
    columns.sort(axis=1)
    floor = np.take_along_axis(similarities, columns, axis=1).min(axis=1)
    # The partition picks freely among columns equal to the last one it takes.
    for row in np.flatnonzero((similarities >= floor[:, None]).sum(axis=1) > k):
        above = np.flatnonzero(similarities[row] > floor[row])
        level = np.flatnonzero(similarities[row] == floor[row])[: k - len(above)]
        columns[row] = np.sort(np.concatenate((above, level)))
    values = np.take_along_axis(similarities, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def _lists(rows: Matrix) -> Iterator[tuple[Indices, Indices]]:
    """Yield for each centre the rows that probe its list, and the rows on that list."""
    centres = _centres(rows)
    probed = nearest_to(rows, centres, k=_LISTS_PROBED).indices
    members = _rows_by_value(probed[:, :1], len(centres))
    return zip(_rows_by_value(probed, len(centres)), members, strict=True)


def _rows_by_value(table: Indices, count: int) -> list[Indices]:
    order = np.argsort(table, axis=None, kind="stable")
    ends = np.cumsum(np.bincount(table.ravel(), minlength=count))
    return np.split(order // table.shape[1], ends[:-1])


def _centres(rows: Matrix) -> Matrix:
    """Spherical k-means of an even sample; starts from evenly spaced rows instead of random ones."""
    count = int(len(rows) ** 0.5)
    sample = rows[:: max(1, len(rows) // (count * 32))]
    centres = sample[np.linspace(0, len(sample) - 1, count).astype(np.int64)]
    for _ in range(_LLOYD_ROUNDS):
        owner = nearest_to(sample, centres, k=1).indices[:, 0]
        sums = sums_by_label(sample, owner, count=count)
        centres = np.where(np.any(sums, axis=1, keepdims=True), unit_rows(sums), centres)
    return centres
