"""Owns the proof that neighbours are the nearest, in a fixed order."""

import numpy as np
import pytest

from igny8_core.semantics import neighbours
from igny8_core.semantics.neighbours import nearest_among, nearest_to
from igny8_core.semantics.numerics import Matrix, unit_rows


def rows_around_centres(count: int) -> Matrix:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(20, 16))
    return unit_rows((centres[np.arange(count) % 20] + 0.3 * rng.normal(size=(count, 16))).astype(np.float32))


def test_nearest_among_agrees_with_all_pairs() -> None:
    rows = rows_around_centres(200)
    pairs = rows @ rows.T
    np.fill_diagonal(pairs, -2)
    found = nearest_among(rows, k=5)
    assert np.array_equal(found.indices, np.argsort(-pairs, axis=1, kind="stable")[:, :5])
    assert np.allclose(found.similarities, -np.sort(-pairs, axis=1)[:, :5])


def test_nearest_among_is_the_same_for_any_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_around_centres(120)
    expected = nearest_among(rows, k=5)
    monkeypatch.setattr(neighbours, "_BLOCK_CELLS", 1)
    assert np.array_equal(nearest_among(rows, k=5).indices, expected.indices)


def test_nearest_among_breaks_ties_by_index() -> None:
    found = nearest_among(np.tile(np.array([[1, 0]], np.float32), (40, 1)), k=3)
    assert found.indices[0].tolist() == [1, 2, 3]
    assert found.indices[2].tolist() == [0, 1, 3]
    assert found.indices[39].tolist() == [0, 1, 2]


@pytest.mark.parametrize(("count", "k"), [(0, 0), (1, 0), (2, 1), (3, 2)])
def test_nearest_among_returns_fewer_when_there_are_fewer(count: int, k: int) -> None:
    found = nearest_among(rows_around_centres(count), k=15)
    assert found.indices.shape == (count, k)
    assert (found.indices != np.arange(count)[:, None]).all()


def test_nearest_among_by_lists_finds_nearly_all() -> None:
    rows = rows_around_centres(2_000)
    exact = nearest_among(rows, k=10)
    listed = nearest_among(rows, k=10, exact_limit=1_000)
    pairs = zip(exact.indices.tolist(), listed.indices.tolist(), strict=True)
    assert np.mean([len(set(one) & set(other)) / 10 for one, other in pairs]) >= 0.95
    assert (listed.indices != np.arange(2_000)[:, None]).all()
    assert all(len(set(row)) == 10 for row in listed.indices.tolist())


def test_nearest_among_by_lists_is_complete_where_lists_are_too_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(neighbours, "_LISTS_PROBED", 1)
    rows = rows_around_centres(60)
    found = nearest_among(rows, k=59, exact_limit=10)
    assert all(sorted([row, *near]) == list(range(60)) for row, near in enumerate(found.indices.tolist()))


def test_nearest_among_survives_rows_of_zeros() -> None:
    found = nearest_among(np.zeros((50, 4), np.float32), k=2, exact_limit=10)
    assert found.indices[0].tolist() == [1, 2]
    assert not found.similarities.any()


def test_nearest_to_orders_by_similarity_then_index() -> None:
    rows = np.array([[0, 1], [1, 0], [1, 0], [0.6, 0.8]], np.float32)
    found = nearest_to(np.array([[1, 0]], np.float32), rows, k=3)
    assert found.indices.tolist() == [[1, 2, 3]]
    assert found.similarities.tolist() == [[1.0, 1.0, pytest.approx(0.6)]]


def test_nearest_to_without_rows_finds_nothing() -> None:
    assert nearest_to(np.ones((2, 3), np.float32), np.zeros((0, 3), np.float32), k=4).indices.shape == (2, 0)
