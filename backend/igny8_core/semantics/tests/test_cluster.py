"""Owns the proof that clusters are topics, and the same ones every time."""

import random

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from igny8_core.semantics.cluster import Clustering, Granularity, cluster, link_by_average
from igny8_core.semantics.neighbours import Neighbours
from igny8_core.semantics.vectors import KeywordSpace


def cluster_texts(texts: list[str], granularity: Granularity = Granularity.NORMAL) -> Clustering:
    return cluster(KeywordSpace.fit(texts).embed(texts), texts=texts, granularity=granularity)


def graph(edges: dict[tuple[int, int], float], count: int) -> Neighbours:
    """A complete graph: pairs without an edge have similarity zero."""
    near = [[other for other in range(count) if other != row] for row in range(count)]
    values = [[edges.get((min(row, o), max(row, o)), 0.0) for o in others] for row, others in enumerate(near)]
    return Neighbours(np.array(near, np.int64), np.array(values, np.float32))


def test_link_by_average_merges_by_mean_similarity_not_by_the_nearest_pair() -> None:
    edges = {(0, 1): 0.9, (2, 3): 0.8, (1, 2): 0.7}
    assert link_by_average(graph(edges, 4), cut=0.1) == [[0, 1, 2, 3]]  # 0.7 / 4 pairs = 0.175
    assert link_by_average(graph(edges, 4), cut=0.2) == [[0, 1], [2, 3]]
    assert link_by_average(graph(edges, 4), cut=0.85) == [[0, 1], [2], [3]]


def test_link_by_average_breaks_ties_by_index() -> None:
    edges = {(0, 1): 0.5, (1, 2): 0.5, (2, 3): 0.5}
    assert link_by_average(graph(edges, 4), cut=0.3) == [[0, 1], [2, 3]]


def test_link_by_average_counts_a_missing_pair_as_zero() -> None:
    star = Neighbours(np.array([[1], [0], [0], [0]]), np.array([[0.6], [0.6], [0.5], [0.4]], np.float32))
    assert link_by_average(star, cut=0.24) == [[0, 1, 2], [3]]  # 2: 0.5 / 2 pairs; 3: 0.4 / 3 pairs


def test_cluster_finds_the_topics(keywords: list[str], topics: list[str]) -> None:
    result = cluster_texts(keywords)
    assert adjusted_mutual_info_score(topics, result.labels) >= 0.9
    assert 6 <= len(result.clusters) <= 9


def test_cluster_by_lists_finds_the_topics(keywords: list[str], topics: list[str]) -> None:
    vectors = KeywordSpace.fit(keywords).embed(keywords)
    result = cluster(vectors, texts=keywords, exact_limit=10)
    assert adjusted_mutual_info_score(topics, result.labels) >= 0.9


def test_cluster_is_the_same_for_any_order(keywords: list[str]) -> None:
    expected = dict(zip(keywords, cluster_texts(keywords).labels, strict=True))
    for seed in range(5):
        shuffled = random.Random(seed).sample(keywords, len(keywords))
        assert dict(zip(shuffled, cluster_texts(shuffled).labels, strict=True)) == expected


def test_cluster_twice_is_the_same(keywords: list[str]) -> None:
    assert cluster_texts(keywords) == cluster_texts(keywords)


def test_cluster_granularity_sets_the_mean_similarity_that_still_merges() -> None:
    pairs = np.array([[1, 0.07, 0.02], [0.07, 1, 0.02], [0.02, 0.02, 1]])
    vectors = np.linalg.cholesky(pairs).astype(np.float32)
    labels = [cluster(vectors, texts=["a", "b", "c"], granularity=choice).labels for choice in Granularity]
    assert labels == [(0, 0, 0), (0, 0, 1), (0, 1, 2)]  # coarse, normal, fine


def test_cluster_describes_every_row_once(keywords: list[str]) -> None:
    result = cluster_texts(keywords)
    assert sorted(row for one in result.clusters for row in one.members) == list(range(len(keywords)))
    assert [one.label for one in result.clusters] == list(range(len(result.clusters)))
    for one in result.clusters:
        assert all(result.labels[row] == one.label for row in one.members)
        assert set(one.central) <= set(one.members)
        assert len(one.central) == min(5, len(one.members))


def test_cluster_cohesion_is_the_mean_cosine_of_all_pairs(keywords: list[str]) -> None:
    vectors = KeywordSpace.fit(keywords).embed(keywords)
    largest = cluster(vectors, texts=keywords).clusters[0]
    rows = vectors[list(largest.members)]
    pairs = (rows @ rows.T)[np.triu_indices(len(rows), k=1)]
    assert largest.cohesion == pytest.approx(float(pairs.mean()), abs=1e-5)
    assert largest.central[0] == largest.members[int(np.argmax(rows @ rows.sum(axis=0)))]


def test_cluster_keeps_spellings_of_one_keyword_together(keywords: list[str]) -> None:
    plain = cluster_texts(keywords)
    repeated = cluster_texts([*keywords, *["Espresso Machine!"] * 30])
    assert repeated.labels[len(keywords) :] == (repeated.labels[keywords.index("espresso machine")],) * 30
    pairs = set(zip(plain.labels, repeated.labels[: len(keywords)], strict=True))
    assert len(pairs) == len(plain.clusters)


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        ([], ()),
        (["running shoes"], (0,)),
        (["running shoes", "shoes for running"], (0, 0)),
        (["running shoes", "mortgage rates", "shoes for running"], (0, 1, 0)),
        (["?!", "...", "mortgage rates"], (0, 0, 1)),
    ],
)
def test_cluster_of_the_smallest_lists(texts: list[str], labels: tuple[int, ...]) -> None:
    assert cluster_texts(texts).labels == labels


def test_cluster_of_a_single_keyword_is_its_own_centre() -> None:
    (only,) = cluster_texts(["running shoes"]).clusters
    assert (only.members, only.central, only.cohesion) == ((0,), (0,), 1.0)


def test_cluster_refuses_texts_that_do_not_fit_the_rows() -> None:
    with pytest.raises(ValueError, match="2 vectors for 1 texts"):
        cluster(np.zeros((2, 3), np.float32), texts=["running shoes"])
