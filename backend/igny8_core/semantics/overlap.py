"""Owns what shared ranking URLs say about nearness; must never join keywords by a page that ranks for all of them."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence, Set

import numpy as np

from igny8_core.semantics.neighbours import Neighbours
from igny8_core.semantics.numerics import Matrix

WEIGHT = 0.5  # of a complete overlap: it moves a pair half of the way from its cosine to 1
COMMON_LIMIT = (
    100  # keywords; a URL that ranks for more is a home page or a shop, and joins nothing by itself
)


def strengthen(neighbours: Neighbours, *, vectors: Matrix, addresses: Sequence[Set[Hashable]]) -> Neighbours:
    """Bring rows nearer that share ranking URLs, and keep each row's nearest; shapes stay as they are.

    The similarity of a pair becomes s + (1 - s) * WEIGHT * J with J the shared part of their URLs (Jaccard): the same
    results page says the same need, however different the words. Rows that share a URL of at most `COMMON_LIMIT` rows
    become neighbours even when no cosine made them ones. `addresses` are in the order of the rows of `vectors`.
    """
    indices, similarities = neighbours.indices.copy(), neighbours.similarities.copy()
    width = indices.shape[1]
    for row, others in _candidates(neighbours, addresses):
        near = np.array(others, np.int64)
        cosines = np.maximum(vectors[near] @ vectors[row], 0)
        shares = np.array([_jaccard(addresses[row], addresses[other]) for other in others], np.float32)
        nearness = cosines + (1 - cosines) * WEIGHT * shares
        best = np.lexsort((near, -np.round(nearness, 6)))[:width]
        indices[row], similarities[row] = near[best], nearness[best]
    return Neighbours(indices, similarities)


def _candidates(
    neighbours: Neighbours, addresses: Sequence[Set[Hashable]]
) -> Iterator[tuple[int, list[int]]]:
    """Each row that has URLs, with its neighbours and the rows that it shares a URL with."""
    rows_by_address: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row, own in enumerate(addresses):
        for address in own:
            rows_by_address[address].append(row)
    for row, own in enumerate(addresses[: len(neighbours.indices)]):
        if own:
            shared = [rows_by_address[address] for address in own]
            telling = {other for rows in shared if len(rows) <= COMMON_LIMIT for other in rows}
            yield row, sorted((telling | set(neighbours.indices[row].tolist())) - {row})


def _jaccard(own: Set[Hashable], other: Set[Hashable]) -> float:
    return len(own & other) / len(own | other) if own and other else 0.0
