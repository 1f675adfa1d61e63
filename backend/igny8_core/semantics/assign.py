"""Owns the placing of new keywords into existing topics; must never move a keyword that already has one."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from igny8_core.semantics.neighbours import nearest_to
from igny8_core.semantics.numerics import Matrix

VOTERS = 15
SIMILARITY_FLOOR = 0.4  # below it a keyword is news, not a member: 5 of 1,000 on CLINC150

Label = TypeVar("Label", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Assignment(Generic[Label]):
    """Where a new row belongs: `label` is None when its nearest known row is farther than the floor.

    `similarity` is the cosine to that row, `share` the winner's part of the vote, both 0 without a known row.
    """

    label: Label | None
    similarity: float
    share: float


def assign(
    new_vectors: Matrix,
    *,
    known_vectors: Matrix,
    known_labels: Sequence[Label | None],
    voters: int = VOTERS,
    floor: float = SIMILARITY_FLOOR,
) -> list[Assignment[Label]]:
    """Place each new row by the similarity-weighted vote of its nearest labelled rows.

    Rows must come from one `KeywordSpace`. Known rows labelled None do not vote. Equal votes go to the label
    whose member is nearest. The answer for a row does not depend on the other new rows.
    """
    if len(known_vectors) != len(known_labels):
        raise ValueError(f"{len(known_vectors)} vectors for {len(known_labels)} labels")
    labels = [label for label in known_labels if label is not None]
    has_label = np.fromiter((label is not None for label in known_labels), bool, len(known_labels))
    voting = known_vectors if has_label.all() else known_vectors[has_label]  # spare the copy of a large site
    near = nearest_to(new_vectors, voting, k=voters)
    return [
        _elect([labels[row] for row in rows], similarities, floor)
        for rows, similarities in zip(near.indices.tolist(), near.similarities.tolist(), strict=True)
    ]


def _elect(candidates: list[Label], similarities: list[float], floor: float) -> Assignment[Label]:
    nearest = similarities[0] if similarities else 0.0
    if nearest < floor:
        return Assignment(None, nearest, 0.0)
    votes: defaultdict[Label, float] = defaultdict(float)  # in order of nearness, which decides equal votes
    for label, similarity in zip(candidates, similarities, strict=True):
        votes[label] += max(similarity, 0.0)
    winner = max(votes, key=votes.__getitem__)
    return Assignment(winner, nearest, votes[winner] / sum(votes.values()))
