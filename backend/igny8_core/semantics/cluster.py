"""Owns the grouping of keywords into clusters; must never need the number of clusters or depend on row order."""

from collections import defaultdict
from collections.abc import Hashable, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, log2

from igny8_core.semantics.linkage import graph, link_by_average
from igny8_core.semantics.neighbours import EXACT_LIMIT, nearest_among
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.overlap import strengthen
from igny8_core.semantics.pillars import pillars
from igny8_core.semantics.settling import settle

NEIGHBOURS = 15


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
    """One cluster: `members` are row numbers in ascending order.

    `known` is the label of the cluster that it continues, None when it is new. `pillar` is the number of the topic
    above it, the same for related clusters of one run.
    """

    label: int
    known: Hashable | None
    pillar: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clustering:
    """Every row's label, and the clusters in label order: largest first, then by first keyword."""

    labels: tuple[int, ...]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class _Points:
    """Distinct keywords, the free ones first: the rows of each, and the rows of those that have a label, by label."""

    rows_of: list[list[int]]
    free: int
    labelled: dict[Hashable, list[int]]


def cluster(
    vectors: Matrix,
    *,
    texts: Sequence[str],
    known: Sequence[Hashable | None] | None = None,
    addresses: Sequence[Set[Hashable]] | None = None,
    granularity: Granularity = Granularity.NORMAL,
    exact_limit: int = EXACT_LIMIT,
) -> Clustering:
    """Group rows by average linkage on their nearest-neighbour graph; the number of groups follows from the data.

    `vectors` are rows of length one in the order of `texts`. Rows that are free and whose texts normalise to the same
    key are one keyword and share a label. Rows with a `known` label keep it: the free ones join them, or each other, by
    the same rule. `addresses` are the URLs that rank for each row, where an export said so: rows that share them are
    nearer (`overlap.py`). The partition is the same for any order of the rows.
    """
    if len(vectors) != len(texts):
        raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
    points = _points(texts, known or [None] * len(texts))
    rows = vectors[[own[0] for own in points.rows_of]]
    near = nearest_among(rows, k=_neighbour_count(len(rows)), asking=points.free, exact_limit=exact_limit)
    if addresses is not None:
        shared = [frozenset[Hashable]().union(*(addresses[row] for row in own)) for own in points.rows_of]
        near = strengthen(near, vectors=rows, addresses=shared)
    frozen = list(points.labelled.values())
    linked = link_by_average(graph(near, frozen=frozen), cut=granularity.cut)
    groups = settle(rows, near, groups=[_unfold(nodes, frozen) for nodes in linked])
    groups.sort(key=lambda group: (-len(group), group[0]))
    return _describe(groups, points, pillars(near, groups=groups))


def _points(texts: Sequence[str], known: Sequence[Hashable | None]) -> _Points:
    rows_by: defaultdict[tuple[str, Hashable | None], list[int]] = defaultdict(list)
    for row, (text, label) in enumerate(zip(texts, known, strict=True)):
        rows_by[keyword_normalise(text), label].append(row)
    order = sorted(rows_by, key=lambda point: (point[1] is not None, point[0], rows_by[point][0]))
    labelled: defaultdict[Hashable, list[int]] = defaultdict(list)
    for at, (_, label) in enumerate(order):
        if label is not None:
            labelled[label].append(at)
    free = len(order) - sum(map(len, labelled.values()))
    return _Points([rows_by[point] for point in order], free, dict(labelled))


def _unfold(nodes: list[int], frozen: list[list[int]]) -> list[int]:
    """The points of a group of nodes: the members of its frozen group, if it has one, and free ones."""
    return [
        point for node in nodes for point in (frozen[node] if node < len(frozen) else [node - len(frozen)])
    ]


def _neighbour_count(rows: int) -> int:
    # Among few rows fifteen neighbours would join everything: a graph needs of the order of log n to hang together.
    return min(NEIGHBOURS, 3 + ceil(log2(rows))) if rows else 0


def _describe(groups: list[list[int]], points: _Points, pillar_of: list[int]) -> Clustering:
    labels = [0] * sum(map(len, points.rows_of))
    known_at = {point: label for label, own in points.labelled.items() for point in own}
    clusters = []
    for label, (group, pillar) in enumerate(zip(groups, pillar_of, strict=True)):
        members = tuple(sorted(row for point in group for row in points.rows_of[point]))
        clusters.append(Cluster(label, known_at.get(max(group)), pillar, members))
        for row in members:
            labels[row] = label
    return Clustering(tuple(labels), tuple(clusters))
