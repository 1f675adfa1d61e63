"""Owns the proof that new keywords find their topic and old ones stay."""

import numpy as np
import pytest

from igny8_core.semantics.assign import assign
from igny8_core.semantics.cluster import cluster
from igny8_core.semantics.vectors import KeywordSpace

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def rows(*points: list[float]) -> np.ndarray:
    return np.array(points, np.float32)


def test_assign_puts_held_out_keywords_into_their_topic(keywords: list[str], topics: list[str]) -> None:
    known = [at for at in range(len(keywords)) if at % 4]
    held_out = [at for at in range(len(keywords)) if at % 4 == 0]
    space = KeywordSpace.fit([keywords[at] for at in known])
    placed = assign(
        space.embed([keywords[at] for at in held_out]),
        known_vectors=space.embed([keywords[at] for at in known]),
        known_labels=[topics[at] for at in known],
    )
    right = [one.label == topics[at] for one, at in zip(placed, held_out, strict=True)]
    assert sum(right) >= 0.8 * len(right)


def test_assign_moves_no_known_keyword(keywords: list[str]) -> None:
    space = KeywordSpace.fit(keywords)
    vectors = space.embed(keywords)
    labels = cluster(vectors, texts=keywords).labels
    before = (vectors.copy(), labels)
    new = ["barefoot running shoes", "espresso machine descaler", "mortgage broker"]
    placed = assign(space.embed(new), known_vectors=vectors, known_labels=labels)
    assert [one.label for one in placed] == [
        labels[keywords.index(near)] for near in ("running shoes", "espresso machine", "mortgage calculator")
    ]
    assert np.array_equal(vectors, before[0])
    assert labels == before[1]
    assert np.array_equal(space.embed(keywords), before[0])


def test_assign_gives_a_row_the_same_answer_beside_any_other(keywords: list[str], topics: list[str]) -> None:
    space = KeywordSpace.fit(keywords)
    known = {"known_vectors": space.embed(keywords), "known_labels": topics}
    together = assign(space.embed(["trail shoes", "espresso cups"]), **known)
    assert together[1].label == assign(space.embed(["espresso cups"]), **known)[0].label == "coffee"


def test_assign_leaves_a_stranger_unassigned(keywords: list[str], topics: list[str]) -> None:
    space = KeywordSpace.fit(keywords)
    (stranger,) = assign(
        space.embed(["quantum chromodynamics lattice"]),
        known_vectors=space.embed(keywords),
        known_labels=topics,
    )
    assert stranger.label is None
    assert stranger.share == 0.0
    assert stranger.similarity < 0.4


def test_assign_weighs_votes_by_similarity() -> None:
    known = rows(EAST, [0.6, 0.8], [0.6, -0.8])
    (one,) = assign(rows(EAST), known_vectors=known, known_labels=["near", "far", "far"])
    assert (one.label, one.similarity) == ("far", 1.0)  # .6 + .6 outvote 1.0
    assert one.share == pytest.approx(1.2 / 2.2)
    (nearest,) = assign(rows(EAST), known_vectors=known, known_labels=["near", "far", "far"], voters=1)
    assert nearest.label == "near"


def test_assign_gives_equal_votes_to_the_nearest() -> None:
    known = rows(NORTH, EAST)
    (one,) = assign(rows([0.6, 0.6]), known_vectors=known, known_labels=["north", "east"], floor=0.0)
    assert one.label == "north"


def test_assign_lets_rows_without_label_not_vote() -> None:
    (one,) = assign(rows(EAST), known_vectors=rows(EAST, [0.8, 0.6]), known_labels=[None, 7])
    assert (one.label, one.similarity, one.share) == (7, pytest.approx(0.8), 1.0)


def test_assign_without_known_rows_leaves_all_unassigned() -> None:
    (one,) = assign(rows(EAST), known_vectors=np.zeros((0, 2), np.float32), known_labels=[])
    assert (one.label, one.similarity, one.share) == (None, 0.0, 0.0)


def test_assign_refuses_labels_that_do_not_fit_the_rows() -> None:
    with pytest.raises(ValueError, match="1 vectors for 2 labels"):
        assign(rows(EAST), known_vectors=rows(EAST), known_labels=["a", "b"])
