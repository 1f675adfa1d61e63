"""Owns the grouping of keywords into clusters; must never need the number of clusters or depend on row order."""

import heapq
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, log2

import numpy as np

from igny8_core.semantics.neighbours import EXACT_LIMIT, Neighbours, nearest_among
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.overlap import strengthen
from igny8_core.semantics.pillars import pillars
from igny8_core.semantics.settling import settle

NEIGHBOURS = 15
CENTRAL_COUNT = 5  # the most central keywords, among which the head keyword is chosen


class Granularity(StrEnum):
    """How fine the clusters are; `cut` is the mean similarity below which two groups stay apart."""

    COARSE = "coarse"
    NORMAL = "normal"
    FINE = "fine"

    @property
    def cut(self) -> float:
        """Mean similarity over all pairs of two groups, pairs outside the neighbour graph counting as 0."""
        return {Granularity.COARSE: 0.01, Granularity.NORMAL: 0.05, Granularity.FINE: 0.10}[self]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster: `members` are row numbers in ascending order, `central` up to five of them, most central first.

    `pillar` is the number of the topic above it, the same for related clusters of one run. `cohesion` is the mean
    cosine over all pairs of distinct keywords, 1.0 for a single keyword.
    """

    label: int
    pillar: int
    members: tuple[int, ...]
    central: tuple[int, ...]
    cohesion: float


@dataclass(frozen=True, slots=True)
class Clustering:
    """Every row's label, and the clusters in label order: largest first, then by first keyword."""

    labels: tuple[int, ...]
    clusters: tuple[Cluster, ...]


def cluster(
    vectors: Matrix,
    *,
    texts: Sequence[str],
    addresses: Sequence[Set[str]] | None = None,
    granularity: Granularity = Granularity.NORMAL,
    exact_limit: int = EXACT_LIMIT,
) -> Clustering:
    """Group rows by average linkage on their nearest-neighbour graph; the number of groups follows from the data.

    `vectors` are rows of length one in the order of `texts`. Rows whose texts normalise to the same key are one
    keyword and share a label. `addresses` are the URLs that rank for each row, where an export said so: rows that share
    them are nearer (`overlap.py`). The partition is the same for any order of the rows.
    """
    if len(vectors) != len(texts):
        raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
    rows_by_key: defaultdict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        rows_by_key[keyword_normalise(text)].append(row)
    keys = sorted(rows_by_key)
    distinct = vectors[[rows_by_key[key][0] for key in keys]]
    rows_of = [rows_by_key[key] for key in keys]
    neighbours = nearest_among(distinct, k=_neighbour_count(len(keys)), exact_limit=exact_limit)
    if addresses is not None:
        shared = [frozenset[str]().union(*(addresses[row] for row in rows)) for rows in rows_of]
        neighbours = strengthen(neighbours, vectors=distinct, addresses=shared)
    linked = link_by_average(neighbours, cut=granularity.cut)
    groups = settle(distinct, neighbours, groups=linked)
    groups.sort(key=lambda group: (-len(group), group[0]))
    return _describe(distinct, groups, rows_of, pillars(neighbours, groups=groups))


def link_by_average(neighbours: Neighbours, *, cut: float) -> list[list[int]]:
    """Merge the two groups of highest mean similarity (UPGMA) until none reaches `cut`.

    A pair that is no edge of the graph counts as similarity 0, which keeps groups from chaining. The order of
    merges is by similarity, then row numbers. O(n k log n). Returns ascending groups, by their first row.
    """
    links = _links(neighbours)
    groups = [[row] for row in range(len(links))]
    sizes = [1] * len(links)
    heap = [
        (-total, a, b, 1, 1)
        for a, row in enumerate(links)
        for b, total in row.items()
        if a < b and total >= cut
    ]
    heapq.heapify(heap)
    while heap:
        _, a, b, size_a, size_b = heapq.heappop(heap)
        if sizes[a] != size_a or sizes[b] != size_b:
            continue  # one of the two has merged since this entry was made
        keep, gone = (a, b) if len(links[a]) >= len(links[b]) else (b, a)
        _absorb(links, keep, gone)
        groups[keep].extend(groups[gone])
        groups[gone] = []
        sizes[keep], sizes[gone] = size_a + size_b, 0
        for other, total in links[keep].items():
            mean = total / (sizes[keep] * sizes[other])
            if mean >= cut:
                first, second = sorted((keep, other))
                heapq.heappush(heap, (-mean, first, second, sizes[first], sizes[second]))
    return sorted(sorted(group) for group in groups if group)


def _neighbour_count(rows: int) -> int:
    # Among few rows fifteen neighbours would join everything: a graph needs of the order of log n to hang together.
    return min(NEIGHBOURS, 3 + ceil(log2(rows))) if rows else 0


def _links(neighbours: Neighbours) -> list[dict[int, float]]:
    """Per row its linked rows with their similarity, both ways."""
    links: list[dict[int, float]] = [{} for _ in range(len(neighbours.indices))]
    for row, (near, similarities) in enumerate(
        zip(neighbours.indices.tolist(), neighbours.similarities.tolist(), strict=True)
    ):
        for other, similarity in zip(near, similarities, strict=True):
            links[row][other] = similarity
            links[other][row] = similarity
    return links


def _absorb(links: list[dict[int, float]], keep: int, gone: int) -> None:
    """Add one group's similarity sums to another's and take it out of the graph."""
    links[keep].pop(gone)
    for other, total in links[gone].items():
        if other != keep:
            links[other].pop(gone)
            links[keep][other] = links[other][keep] = links[keep].get(other, 0.0) + total
    links[gone] = {}


def _describe(
    distinct: Matrix, groups: list[list[int]], rows_of: list[list[int]], pillar_of: list[int]
) -> Clustering:
    labels = [0] * sum(map(len, rows_of))
    clusters = []
    for label, (group, pillar) in enumerate(zip(groups, pillar_of, strict=True)):
        members = tuple(sorted(row for key in group for row in rows_of[key]))
        near, cohesion = _centre(distinct[group])
        central = tuple(rows_of[group[at]][0] for at in near)
        clusters.append(Cluster(label, pillar, members, central, cohesion))
        for row in members:
            labels[row] = label
    return Clustering(tuple(labels), tuple(clusters))


def _centre(rows: Matrix) -> tuple[list[int], float]:
    """The positions nearest to the mean, and the mean cosine of all pairs: (|sum|^2 - sum |row|^2) / n(n - 1)."""
    total = rows.sum(axis=0, dtype=np.float64)
    order = np.argsort(-np.round(rows @ total, 6), kind="stable")[:CENTRAL_COUNT].tolist()
    count = len(rows)
    if count == 1:
        return order, 1.0
    own = float(np.square(rows, dtype=np.float64).sum())
    return order, float((total @ total - own) / (count * (count - 1)))
