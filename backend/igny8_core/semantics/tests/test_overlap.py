"""Owns the proof that shared ranking URLs bring keywords together, unless the page ranks for everything."""

import numpy as np
import pytest

from igny8_core.semantics.cluster import cluster
from igny8_core.semantics.neighbours import nearest_among
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.overlap import COMMON_LIMIT, WEIGHT, strengthen

ROWS: Matrix = np.eye(4, dtype=np.float32)
NOTHING: frozenset[str] = frozenset()


def near(row: int, addresses: list[frozenset[str]], *, rows: Matrix = ROWS, k: int = 2) -> dict[int, float]:
    found = strengthen(nearest_among(rows, k=k), vectors=rows, addresses=addresses)
    return dict(zip(found.indices[row].tolist(), found.similarities[row].tolist(), strict=True))


def test_strengthen_moves_a_pair_towards_one_by_the_shared_part_of_its_urls() -> None:
    both, half = frozenset({"/a", "/b"}), frozenset({"/a"})
    assert near(0, [both, both, NOTHING, NOTHING])[1] == pytest.approx(WEIGHT)
    assert near(0, [both, half, NOTHING, NOTHING])[1] == pytest.approx(WEIGHT / 2)


def test_strengthen_finds_a_neighbour_that_no_cosine_found() -> None:
    same = frozenset({"/a"})
    addresses = [same, NOTHING, NOTHING, same]
    assert set(nearest_among(ROWS, k=2).indices[0].tolist()) == {1, 2}
    assert near(0, addresses)[3] == pytest.approx(WEIGHT)
    assert near(3, addresses)[0] == pytest.approx(WEIGHT)


def test_strengthen_leaves_rows_without_urls_as_they_are() -> None:
    found = nearest_among(ROWS, k=2)
    after = strengthen(found, vectors=ROWS, addresses=[NOTHING] * 4)
    assert np.array_equal(after.indices, found.indices)
    assert np.array_equal(after.similarities, found.similarities)


@pytest.mark.parametrize(("sharing", "found"), [(COMMON_LIMIT, {2, 3}), (COMMON_LIMIT + 1, {0, 1})])
def test_strengthen_looks_for_no_neighbours_by_a_url_of_too_many(sharing: int, found: set[int]) -> None:
    rows: Matrix = np.eye(sharing + 2, dtype=np.float32)
    assert set(near(50, [NOTHING, NOTHING, *[frozenset({"/"})] * sharing], rows=rows)) == found


def test_cluster_joins_by_urls_what_words_keep_apart() -> None:
    texts = ["heart attack", "myocardial infarction", "garden shed", "tool shed"]
    rows: Matrix = np.eye(4, dtype=np.float32)
    shared = [frozenset({"/attack"}), frozenset({"/attack"}), NOTHING, NOTHING]
    assert len(cluster(rows, texts=texts).clusters) == 4
    assert cluster(rows, texts=texts, addresses=shared).labels == (0, 0, 1, 2)
