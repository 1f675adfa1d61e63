"""What a clustering run is going to write, thought out without the database; placed rows never move."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from igny8_core.modules.planner.constants import PILLAR_MIN_KEYWORDS, ClusterType, Intent
from igny8_core.modules.planner.grouping import Grouping, cohesion, group_keywords
from igny8_core.modules.planner.topic_grouping import centres, group_clusters
from igny8_core.semantics.cluster import Granularity
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.vectors import KeywordSpace, Meaning


@dataclass(frozen=True, slots=True)
class KeywordFacts:
    """What clustering needs of one keyword; `addresses` are the keys of the URLs that rank for it."""

    id: UUID
    text: str
    volume: int | None
    intent: str
    cluster_id: UUID | None
    sector_id: UUID | None
    addresses: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What clustering needs of a cluster that is there."""

    id: UUID
    head: str
    volume: int
    topic_id: UUID | None
    sector_id: UUID | None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """All that a run looks at; `locked` are the clusters and topics that take nothing."""

    keywords: Sequence[KeywordFacts]
    clusters: Sequence[ClusterFacts]
    locked: frozenset[UUID]

    @property
    def is_settled(self) -> bool:
        """Whether every keyword has a cluster, and every cluster a topic."""
        return all(one.cluster_id is not None for one in self.keywords) and all(
            one.topic_id is not None for one in self.clusters
        )


@dataclass(frozen=True, slots=True)
class NewCluster:
    """A cluster to be written, with the keywords that it was made of."""

    head: str
    sector_id: UUID | None
    intent: str
    cohesion: float
    volume: int
    keyword_ids: tuple[UUID, ...]
    pillar: Hashable = None


# A cluster in a plan: its id, or its place among the new ones.
ClusterKey = UUID | int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A cluster that has or gets a topic."""

    key: ClusterKey
    head: str
    volume: int
    topic_id: UUID | None
    pillar: Hashable = None


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic to be written, with its clusters."""

    head: str
    sector_id: UUID | None
    clusters: tuple[ClusterKey, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will write: who joins what is there already, and what is new."""

    joins: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    clusters: list[NewCluster] = field(default_factory=list)
    topic_joins: dict[UUID, list[ClusterKey]] = field(default_factory=lambda: defaultdict(list))
    topics: list[NewTopic] = field(default_factory=list)


def plan_make(site: SiteFacts, *, granularity: Granularity, meaning: Meaning | None = None) -> Plan:
    """Give every keyword without a cluster one, and every cluster without a topic one, sector by sector.

    `meaning` are a provider's vectors; without them those that ship say what is near.
    """
    plan = Plan()
    if site.is_settled:
        return plan
    space = KeywordSpace.fit([row.text for row in site.keywords], meaning=meaning)
    rows_of: defaultdict[UUID | None, list[KeywordFacts]] = defaultdict(list)
    clusters_of: defaultdict[UUID | None, list[ClusterFacts]] = defaultdict(list)
    for row in site.keywords:
        rows_of[row.sector_id].append(row)
    for cluster in site.clusters:
        clusters_of[cluster.sector_id].append(cluster)
    for sector_id in {**rows_of, **clusters_of}:
        rows, clusters = rows_of[sector_id], clusters_of[sector_id]
        vectors = space.embed([row.text for row in rows])
        decided = grouping_of(rows, vectors, locked=site.locked, granularity=granularity)
        first = len(plan.clusters)
        _add(plan, decided, rows=rows, vectors=vectors)
        entries = [_Entry(one.id, one.head, one.volume, one.topic_id) for one in clusters]
        entries += [
            _Entry(number, one.head, one.volume, None, one.pillar)
            for number, one in enumerate(plan.clusters[first:], start=first)
        ]
        known = centres(vectors, _keys(rows, decided, first=first))
        for entry in entries:
            if entry.key not in known:  # empty, or with archived keywords alone
                known[entry.key] = space.embed([entry.head])[0]
        _add_topics(plan, entries, known, sector_id=sector_id, locked=site.locked)
    return plan


def grouping_of(
    rows: Sequence[KeywordFacts], vectors: Matrix, *, locked: frozenset[UUID], granularity: Granularity
) -> Grouping:
    """Where the free keywords of one sector go."""
    return group_keywords(
        vectors,
        texts=[row.text for row in rows],
        volumes=[row.volume for row in rows],
        labels=[row.cluster_id for row in rows],
        addresses=[row.addresses for row in rows] if any(row.addresses for row in rows) else None,
        locked=locked,
        granularity=granularity,
    )


def _add(plan: Plan, decided: Grouping, *, rows: Sequence[KeywordFacts], vectors: Matrix) -> None:
    for at, cluster_id in decided.joined.items():
        plan.joins[cluster_id].append(rows[at].id)  # type: ignore[index]  # labels here are cluster ids
    for found in decided.groups:
        members = [rows[at] for at in found.members]
        plan.clusters.append(
            NewCluster(
                head=rows[found.head].text,
                sector_id=members[0].sector_id,
                intent=main_intent((row.intent, row.volume) for row in members),
                cohesion=cohesion(vectors[list(found.members)]),
                volume=sum(row.volume or 0 for row in members),
                keyword_ids=tuple(row.id for row in members),
                pillar=found.pillar,
            )
        )


def _keys(rows: Sequence[KeywordFacts], decided: Grouping, *, first: int) -> list[Hashable | None]:
    """Each keyword's cluster once the plan is carried out; new ones count from `first`."""
    keys: list[Hashable | None] = [row.cluster_id for row in rows]
    for at, cluster_id in decided.joined.items():
        keys[at] = cluster_id
    for number, found in enumerate(decided.groups, start=first):
        for at in found.members:
            keys[at] = number
    return keys


def _add_topics(
    plan: Plan,
    entries: Sequence[_Entry],
    known: Mapping[Hashable, Matrix],
    *,
    sector_id: UUID | None,
    locked: frozenset[UUID],
) -> None:
    if not entries:
        return
    decided = group_clusters(
        np.stack([known[one.key] for one in entries]),
        heads=[one.head for one in entries],
        volumes=[one.volume for one in entries],
        labels=[one.topic_id for one in entries],
        related=[one.pillar for one in entries],
        locked=locked,
    )
    for at, topic_id in decided.joined.items():
        plan.topic_joins[topic_id].append(entries[at].key)  # type: ignore[index]  # labels here are topic ids
    for found in decided.groups:
        members = tuple(entries[at].key for at in found.members)
        plan.topics.append(NewTopic(entries[found.head].head, sector_id, members))


def main_intent(members: Iterable[tuple[str, int | None]]) -> str:
    """The intent of most keywords; the more searched ones decide between equals."""
    votes: Counter[str] = Counter()
    volumes: Counter[str] = Counter()
    for intent, volume in members:
        votes[intent] += 1
        volumes[intent] += volume or 0
    return max(votes, key=lambda intent: (votes[intent], volumes[intent], intent))


def cluster_type(*, keywords_count: int, intent: str) -> ClusterType:
    """The kind of page: a pillar for a broad topic, a category or page to sell on, else a blog post."""
    if keywords_count >= PILLAR_MIN_KEYWORDS:
        return ClusterType.PILLAR
    kinds = {
        Intent.TRANSACTIONAL.value: ClusterType.CATEGORY,
        Intent.COMMERCIAL.value: ClusterType.PAGE,
        Intent.NAVIGATIONAL.value: ClusterType.PAGE,
    }
    return kinds.get(intent, ClusterType.BLOG)
