"""Owns the second look at a finished partition; must never make a new group or depend on row order."""

import numpy as np

from igny8_core.semantics.neighbours import Neighbours
from igny8_core.semantics.numerics import Indices, Matrix, one_thread, sums_by_label, unit_rows

CENTRE_SHARE = 0.7  # of the score; the neighbours' vote has the rest. Measured flat from .5 to .85.
ROUNDS = 3

_CHUNK_ROWS = 2_000


def settle(vectors: Matrix, neighbours: Neighbours, *, groups: list[list[int]]) -> list[list[int]]:
    """Move each row to the group of its own or of a neighbour where it fits best; returns the groups that are left.

    `neighbours` has the first rows, which are free to move; the others stay where they are.
    Linkage never takes a merge back: a row that joined early stays with whatever the group became. The fit is
    `CENTRE_SHARE` of the cosine to the group's mean and the rest of the similarity-weighted share of the row's
    neighbours that are in the group. All rows move at once, at most `ROUNDS` times; equal fits leave a row in place.
    """
    labels = np.empty(len(vectors), np.int64)
    for label, members in enumerate(groups):
        labels[members] = label
    with one_thread():
        for _ in range(ROUNDS):
            moved = _moved(vectors, neighbours, labels, count=len(groups))
            if np.array_equal(moved, labels):
                break
            labels = moved
    return rows_by_label(labels)


def rows_by_label(labels: Indices) -> list[list[int]]:
    """The rows of each label that any row has, ascending, by their first row."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order])) + 1
    return sorted(group.tolist() for group in np.split(order, starts) if len(group))


def _moved(vectors: Matrix, neighbours: Neighbours, labels: Indices, *, count: int) -> Indices:
    centres = unit_rows(sums_by_label(vectors, labels, count=count))
    moved = labels.copy()
    near = labels[neighbours.indices]
    # A row whose neighbours are all in its group has nowhere else to go.
    for rows in _chunks(np.flatnonzero((near != labels[: len(near), None]).any(axis=1))):
        options = np.column_stack((labels[rows], near[rows]))
        weights = np.maximum(neighbours.similarities[rows], 0)
        shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
        votes = np.einsum("nok,nk->no", options[:, :, None] == near[rows][:, None, :], shares)
        cosines = np.einsum("nod,nd->no", centres[options], vectors[rows])
        fits = np.round(CENTRE_SHARE * cosines + (1 - CENTRE_SHARE) * votes, 6)
        moved[rows] = options[np.arange(len(rows)), fits.argmax(axis=1)]
    return moved


def _chunks(rows: Indices) -> list[Indices]:
    return [rows[start : start + _CHUNK_ROWS] for start in range(0, len(rows), _CHUNK_ROWS)]
