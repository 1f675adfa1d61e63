"""Says how near keywords are to each other in a space of their site; pure, it must never decide where one belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sklearn.cluster import AgglomerativeClustering

from igny8_core.modules.planner.grouping import cohesion
from igny8_core.semantics.numerics import Matrix, one_thread
from igny8_core.semantics.vectors import KeywordSpace

SPLIT_LIMIT = 2_000  # keywords: every pair is compared


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two groups that a cluster falls into: its rows, the most central first, and how alike they are."""

    rows: tuple[int, ...]
    cohesion: float


@lru_cache(maxsize=4)
def background(texts: tuple[str, ...]) -> KeywordSpace:
    """The space of some texts of a site, kept for the next question about it.

    Fitted on 600 texts it costs .4 CPU seconds, and cosines inside a cluster are within .02 of those in the space of
    all of a site's keywords (BANKING77, ten clusters). The cluster's own keywords should not be the bulk of it: a space
    is centred, and a cluster that is its own background looks like noise.
    """
    return KeywordSpace.fit(texts)


def nearest(own: Matrix, others: Matrix, *, count: int) -> list[tuple[int, float]]:
    """The rows nearest to one row, of shape (1, dimensions), with their cosines; nearest first, equal ones in order."""
    near = np.round(others @ own[0], 4)
    order = np.argsort(-near, kind="stable")[:count]
    return [(int(row), float(near[row])) for row in order]


def halves(rows: Matrix) -> tuple[Half, Half] | None:
    """Part rows into two by Ward's linkage, the larger part first; None for fewer than two, or all alike.

    The same rows give the same parts.
    """
    if not 2 <= len(rows) <= SPLIT_LIMIT or np.ptp(rows, axis=0).max() < 1e-6:
        return None
    with one_thread():
        labels = AgglomerativeClustering(n_clusters=2, linkage="ward").fit_predict(rows)
    parts = sorted(([*np.flatnonzero(labels == one).tolist()] for one in (0, 1)), key=lambda part: -len(part))
    first, second = (_half(rows, part) for part in parts)
    return first, second


def _half(rows: Matrix, part: Sequence[int]) -> Half:
    own = rows[list(part)]
    order = np.argsort(-np.round(own @ own.sum(axis=0), 6), kind="stable")
    return Half(tuple(part[at] for at in order.tolist()), cohesion(own))
