"""Owns the proof that the second look moves what linkage misplaced, and nothing else."""

import numpy as np

from igny8_core.semantics.neighbours import Neighbours, nearest_among
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.settling import rows_by_label, settle


def at_angles(*degrees: float) -> Matrix:
    """Rows of length one in the plane."""
    angles = np.radians(degrees)
    return np.column_stack((np.cos(angles), np.sin(angles))).astype(np.float32)


def settled(rows: Matrix, groups: list[list[int]], *, k: int = 3) -> list[list[int]]:
    return settle(rows, nearest_among(rows, k=k), groups=groups)


def test_settle_moves_a_row_to_the_group_around_it() -> None:
    rows = at_angles(0, 5, 10, 80, 85, 90, 8)
    assert settled(rows, [[0, 1, 2], [3, 4, 5, 6]]) == [[0, 1, 2, 6], [3, 4, 5]]


def test_settle_leaves_a_fitting_partition_alone() -> None:
    rows = at_angles(0, 5, 10, 80, 85, 90)
    assert settled(rows, [[0, 1, 2], [3, 4, 5]]) == [[0, 1, 2], [3, 4, 5]]


def test_settle_keeps_a_row_that_fits_two_groups_equally() -> None:
    rows = at_angles(0, 90, 45)
    both = Neighbours(np.array([[2, 1], [2, 0], [0, 1]]), np.full((3, 2), 0.7, np.float32))
    pair = rows[[0, 0, 1, 1, 2]]
    near = Neighbours(np.array([[1, 4], [0, 4], [3, 4], [2, 4], [0, 2]]), np.full((5, 2), 0.7, np.float32))
    assert settle(pair, near, groups=[[0, 1], [2, 3], [4]]) == [[0, 1], [2, 3], [4]]
    assert settle(rows, both, groups=[[0], [1], [2]]) == [[0], [1], [2]]


def test_settle_drops_a_group_that_everybody_left() -> None:
    rows = at_angles(0, 1, 2, 3, 4, 90)
    assert settled(rows, [[0, 1, 3, 4], [2, 5]], k=4) == [[0, 1, 2, 3, 4], [5]]


def test_settle_looks_no_farther_than_the_neighbours_groups() -> None:
    rows = at_angles(0, 5, 80, 85, 6)
    blind = Neighbours(np.array([[1], [0], [3], [2], [3]]), np.ones((5, 1), np.float32))
    assert settle(rows, blind, groups=[[0, 1], [2, 3, 4]]) == [[0, 1], [2, 3, 4]]


def test_rows_by_label_sorts_groups_by_their_first_row() -> None:
    assert rows_by_label(np.array([7, 2, 7, 0])) == [[0, 2], [1], [3]]
    assert rows_by_label(np.array([], np.int64)) == []
