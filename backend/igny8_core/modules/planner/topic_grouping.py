"""Decides which cluster belongs to which topic; pure, it must never touch the database or move a placed cluster."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from igny8_core.modules.planner.constants import TOPIC_MIN_SIMILARITY
from igny8_core.modules.planner.grouping import Grouping, NewGroup, central_head
from igny8_core.semantics.cluster import Granularity, cluster
from igny8_core.semantics.neighbours import nearest_to
from igny8_core.semantics.numerics import Matrix, unit_rows


def centres(vectors: Matrix, labels: Sequence[Hashable | None]) -> dict[Hashable, Matrix]:
    """The direction in which the rows of each label lie, of length one; labels in the order of their first row."""
    rows: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row, label in enumerate(labels):
        if label is not None:
            rows[label].append(row)
    return {
        label: unit_rows(vectors[found].sum(axis=0, keepdims=True))[0].astype(np.float32)
        for label, found in rows.items()
    }


def group_clusters(
    rows: Matrix,
    *,
    heads: Sequence[str],
    volumes: Sequence[int | None],
    labels: Sequence[Hashable | None],
    related: Sequence[Hashable | None],
    locked: Iterable[Hashable] = (),
) -> Grouping:
    """Place the clusters without a topic: into the topics that exist, the rest into new ones, alone if need be.

    `rows` are the clusters' centres, `heads` their head keywords, `labels` the topics that they have. A cluster joins
    the topic of the nearest one that has a topic, when that is as near as `TOPIC_MIN_SIMILARITY`. Of the rest those
    that are `related`, as the run that made them found, are one topic; those of which it said nothing are grouped by
    their centres. A topic is named as a cluster is, by the most searched of its five most central. What
    would join a locked topic stays without one.
    """
    free = [row for row, label in enumerate(labels) if label is None]
    known = [row for row, label in enumerate(labels) if label is not None]
    nearest = nearest_to(rows[free], rows[known], k=1) if free and known else None
    found: dict[int, Hashable] = {}
    if nearest is not None:
        pairs = zip(free, nearest.indices[:, 0].tolist(), nearest.similarities[:, 0].tolist(), strict=True)
        found = {row: labels[known[at]] for row, at, near in pairs if near >= TOPIC_MIN_SIMILARITY}
    closed = frozenset(locked)
    joined = {row: label for row, label in found.items() if label not in closed}
    groups = _groups([row for row in free if row not in found], rows, heads=heads, related=related)
    named = tuple(
        NewGroup(group[central_head(rows[group], [volumes[row] for row in group])], tuple(group))
        for group in groups
    )
    return Grouping(joined, named)


def _groups(
    left: list[int], rows: Matrix, *, heads: Sequence[str], related: Sequence[Hashable | None]
) -> list[list[int]]:
    by_relation: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row in left:
        if related[row] is not None:
            by_relation[related[row]].append(row)
    alone = [row for row in left if related[row] is None]
    coarse = cluster(rows[alone], texts=[heads[row] for row in alone], granularity=Granularity.COARSE)
    return [*by_relation.values(), *([alone[member] for member in one.members] for one in coarse.clusters)]
