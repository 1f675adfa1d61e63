"""Owns the proof that merges go by mean similarity, and that what was there before stays apart."""

import numpy as np

from igny8_core.semantics.linkage import graph, link_by_average
from igny8_core.semantics.neighbours import Neighbours


def linked(neighbours: Neighbours, *, cut: float) -> list[list[int]]:
    return link_by_average(graph(neighbours, frozen=[]), cut=cut)


def near(edges: dict[tuple[int, int], float], count: int) -> Neighbours:
    """A complete graph: pairs without an edge have similarity zero."""
    others_of = [[other for other in range(count) if other != row] for row in range(count)]
    values = [
        [edges.get((min(row, o), max(row, o)), 0.0) for o in others] for row, others in enumerate(others_of)
    ]
    return Neighbours(np.array(others_of, np.int64), np.array(values, np.float32))


def test_link_by_average_merges_by_mean_similarity_not_by_the_nearest_pair() -> None:
    edges = {(0, 1): 0.9, (2, 3): 0.8, (1, 2): 0.7}
    assert linked(near(edges, 4), cut=0.1) == [[0, 1, 2, 3]]  # 0.7 / 4 pairs = 0.175
    assert linked(near(edges, 4), cut=0.2) == [[0, 1], [2, 3]]
    assert linked(near(edges, 4), cut=0.85) == [[0, 1], [2], [3]]


def test_link_by_average_breaks_ties_by_index() -> None:
    edges = {(0, 1): 0.5, (1, 2): 0.5, (2, 3): 0.5}
    assert linked(near(edges, 4), cut=0.3) == [[0, 1], [2, 3]]


def test_link_by_average_counts_a_missing_pair_as_zero() -> None:
    star = Neighbours(np.array([[1], [0], [0], [0]]), np.array([[0.6], [0.6], [0.5], [0.4]], np.float32))
    assert linked(star, cut=0.24) == [[0, 1, 2], [3]]  # 2: 0.5 / 2 pairs; 3: 0.4 / 3 pairs


def test_link_by_average_lets_a_row_join_a_frozen_group_by_the_mean_over_its_members() -> None:
    # Row 0 is free; 1 and 2 are a frozen group, of which only 1 is near: 0.5 over two pairs.
    one = Neighbours(np.array([[1, 2]]), np.array([[0.5, 0.0]], np.float32))
    assert link_by_average(graph(one, frozen=[[1, 2]]), cut=0.25) == [
        [0, 1]
    ]  # nodes: the group is 0, the row 1
    assert link_by_average(graph(one, frozen=[[1, 2]]), cut=0.26) == [[0], [1]]


def test_link_by_average_never_merges_frozen_groups() -> None:
    # Two free rows alike, each near to another frozen row: the second follows where the pair went first.
    pair = Neighbours(np.array([[1, 2], [0, 3]]), np.array([[0.9, 0.8], [0.9, 0.7]], np.float32))
    assert link_by_average(graph(pair, frozen=[[2], [3]]), cut=0.1) == [[0, 2, 3], [1]]


def test_link_by_average_lets_a_row_join_a_group_however_large_it_is_in() -> None:
    large = list(range(1, 1_001))
    inside = Neighbours(np.array([large[:15]]), np.full((1, 15), 0.5, np.float32))
    assert link_by_average(graph(inside, frozen=[large]), cut=0.05) == [[0, 1]]  # 7.5 / 120 pairs
    assert link_by_average(graph(inside, frozen=[large]), cut=0.07) == [[0], [1]]
