"""Owns the proof that pillars hold whole clusters of one subject."""

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from igny8_core.semantics.cluster import cluster
from igny8_core.semantics.neighbours import Neighbours
from igny8_core.semantics.pillars import pillars
from igny8_core.semantics.vectors import KeywordSpace


def two_triangles(bridge: float) -> Neighbours:
    near = [[1, 2], [0, 2], [1, 3], [4, 5], [3, 5], [3, 4]]
    values = [[0.9, 0.9], [0.9, 0.9], [0.9, bridge], [0.9, 0.9], [0.9, 0.9], [0.9, 0.9]]
    return Neighbours(np.array(near), np.array(values, np.float32))


def test_pillars_are_the_communities_of_the_graph() -> None:
    assert pillars(two_triangles(0.1), groups=[[0, 1], [2], [3, 4, 5]]) == [0, 0, 1]


def test_pillars_never_take_a_group_apart() -> None:
    assert pillars(two_triangles(0.1), groups=[[0, 1, 2, 3], [4, 5]]) == [0, 1]


def test_pillars_are_numbered_in_the_order_of_the_groups() -> None:
    assert pillars(two_triangles(0.1), groups=[[4, 5], [3], [0], [1, 2]]) == [0, 0, 1, 1]


def test_pillars_of_rows_without_an_edge_stand_alone() -> None:
    none = Neighbours(np.array([[1], [0], [0]]), np.array([[0.0], [0.0], [-0.2]], np.float32))
    assert pillars(none, groups=[[0], [1], [2]]) == [0, 1, 2]
    assert pillars(Neighbours(np.empty((1, 0), np.int64), np.empty((1, 0), np.float32)), groups=[[0]]) == [0]


def test_pillars_find_the_subjects_of_a_list(keywords: list[str], topics: list[str]) -> None:
    found = cluster(KeywordSpace.fit(keywords).embed(keywords), texts=keywords)
    pillar_of = {row: one.pillar for one in found.clusters for row in one.members}
    labels = [pillar_of[row] for row in range(len(keywords))]
    assert adjusted_mutual_info_score(topics, labels) >= 0.9
    assert len(set(labels)) <= len(found.clusters)
