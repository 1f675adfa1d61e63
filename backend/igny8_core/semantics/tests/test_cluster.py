"""Owns the proof that clusters are topics, and the same ones every time."""

import random

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from igny8_core.semantics.cluster import Clustering, Granularity, cluster
from igny8_core.semantics.vectors import KeywordSpace


def cluster_texts(texts: list[str], granularity: Granularity = Granularity.NORMAL) -> Clustering:
    return cluster(KeywordSpace.fit(texts).embed(texts), texts=texts, granularity=granularity)


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


def test_cluster_refuses_texts_that_do_not_fit_the_rows() -> None:
    with pytest.raises(ValueError, match="2 vectors for 1 texts"):
        cluster(np.zeros((2, 3), np.float32), texts=["running shoes"])


def test_cluster_continues_known_clusters_and_moves_nobody(keywords: list[str], topics: list[str]) -> None:
    known = [topic if row % 3 else None for row, topic in enumerate(topics)]
    found = cluster(KeywordSpace.fit(keywords).embed(keywords), texts=keywords, known=known)
    continued = {one.label: one.known for one in found.clusters}
    for row, label in enumerate(known):
        assert label is None or continued[found.labels[row]] == label
    placed = [
        continued[found.labels[row]] == topic
        for row, topic in enumerate(topics)
        if known[row] is None and continued[found.labels[row]] is not None
    ]
    assert sum(placed) / len(placed) >= 0.9


def test_cluster_makes_new_ones_of_what_no_known_cluster_is_about(
    keywords: list[str], topics: list[str]
) -> None:
    known = [topic if topic in {"coffee", "mortgage"} else None for topic in topics]
    found = cluster(KeywordSpace.fit(keywords).embed(keywords), texts=keywords, known=known)
    strangers = [one for one in found.clusters if one.known is None]
    assert {topics[row] for one in strangers for row in one.members} >= {"dog training", "menopause"}
    joined = [topics[row] for one in found.clusters if one.known for row in one.members]
    assert sum(topic in {"coffee", "mortgage"} for topic in joined) / len(joined) >= 0.9


def test_cluster_never_merges_two_known_clusters() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0]], np.float32)
    found = cluster(vectors, texts=["a", "b", "c"], known=["one", "other", None])
    assert sorted(str(one.known) for one in found.clusters) == ["one", "other"]
