"""Groups a site's keywords into clusters: thinks outside any transaction, writes in one; placed keywords never move."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from igny8_core.auth.models import Site
from igny8_core.auth.selectors import sector_list, site_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import (
    PILLAR_MIN_KEYWORDS,
    ClusterType,
    Intent,
    KeywordStatus,
)
from igny8_core.modules.planner.errors import ClusterChanged
from igny8_core.modules.planner.grouping import Grouping, cohesion, group_keywords
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.modules.planner.services.metrics import clusters_refresh
from igny8_core.modules.planner.types import ClusterReport, Progress
from igny8_core.semantics.cluster import Granularity
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.vectors import KeywordSpace
from igny8_core.tenancy.context import TENANT_ALIAS, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

_IDS_PER_QUERY = 5_000


@dataclass(frozen=True, slots=True)
class _Row:
    """What clustering needs of one keyword."""

    id: UUID
    text: str
    volume: int | None
    intent: str
    cluster_id: UUID | None
    sector_id: UUID | None


@dataclass(frozen=True, slots=True)
class _NewCluster:
    """A cluster to be written, with the keywords that it was made of."""

    head: str
    sector_id: UUID | None
    intent: str
    cohesion: float
    keyword_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a run will write: keywords by the existing cluster that they join, and new clusters."""

    joins: dict[UUID, list[UUID]]
    clusters: list[_NewCluster]


def cluster_start(*, site_id: UUID, sector_id: UUID | None = None, granularity: str = "normal") -> Job:
    """Have a worker cluster a site's keywords; called again it returns the job that is at work.

    Raises NotFound for a foreign site and for a sector of another one.
    """
    _require_place(site_id, sector_id)
    payload = {
        "site_id": str(site_id),
        "sector_id": str(sector_id) if sector_id else None,
        "granularity": Granularity(granularity).value,
    }
    return enqueue("planner.cluster_keywords", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def cluster_run(
    *, site_id: UUID, sector_id: UUID | None = None, granularity: str = "normal", progress: Progress
) -> ClusterReport:
    """Place every keyword without a cluster; running again, or twice at once, changes nothing more.

    Call it outside any transaction. Existing clusters keep ids, names and keywords; a locked one takes none. A cluster
    never crosses sectors: each sector, and the keywords of none, are grouped by themselves. Archived keywords are left
    out. Raises NotFound for a foreign site and for a sector of another one.
    """
    with tenant_transaction():
        rows, locked = _read(site_id, sector_id)
    progress(0, len(rows), "Comparing the keywords")
    plan = _plan(rows, locked=locked, granularity=Granularity(granularity))
    progress(len(rows), len(rows), "Storing the clusters")
    with tenant_transaction():
        _lock_site(site_id)
        made, placed = _write(plan, site_id=site_id)
        clusters_refresh(site_id=site_id)
        left = _open_keywords(site_id, sector_id).filter(cluster=None).count()
    return ClusterReport(clusters=made, clustered=placed, unassigned=left)


def cluster_update(row: Cluster, **changes: Any) -> Cluster:
    """Change a cluster's name, status or lock."""
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row


def cluster_change(cluster_id: UUID, *, expected_version: int, **changes: Any) -> Cluster:
    """The same for a cluster that the caller read at `expected_version`.

    Raises NotFound, and ClusterChanged when somebody changed it since.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = Cluster.objects.select_for_update().filter(pk=cluster_id).first()
        if row is None:
            raise NotFound
        if row.version != expected_version:
            raise ClusterChanged
        return cluster_update(row, **changes)


def _require_place(site_id: UUID, sector_id: UUID | None) -> None:
    site_get(site_id)
    if sector_id is not None and sector_id not in [sector.pk for sector in sector_list(site_id)]:
        raise NotFound


def _open_keywords(site_id: UUID, sector_id: UUID | None) -> Any:
    rows = Keyword.objects.filter(site_id=site_id).exclude(status=KeywordStatus.ARCHIVED)
    return rows if sector_id is None else rows.filter(sector_id=sector_id)


def _read(site_id: UUID, sector_id: UUID | None) -> tuple[list[_Row], frozenset[UUID]]:
    _require_place(site_id, sector_id)
    columns = ("pk", "text", "volume", "intent", "cluster_id", "sector_id")
    rows = [
        _Row(*values) for values in _open_keywords(site_id, sector_id).order_by("pk").values_list(*columns)
    ]
    locked = Cluster.objects.filter(site_id=site_id, is_locked=True).values_list("pk", flat=True)
    return rows, frozenset(locked)


def _lock_site(site_id: UUID) -> None:
    # One clustering of a site writes at a time; keys that point at the site are let through.
    if not Site.objects.select_for_update(no_key=True).filter(pk=site_id).exists():
        raise NotFound


def _plan(rows: Sequence[_Row], *, locked: frozenset[UUID], granularity: Granularity) -> _Plan:
    plan = _Plan(defaultdict(list), [])
    if not any(row.cluster_id is None for row in rows):
        return plan
    space = KeywordSpace.fit([row.text for row in rows])
    by_sector: defaultdict[UUID | None, list[_Row]] = defaultdict(list)
    for row in rows:
        by_sector[row.sector_id].append(row)
    for group in by_sector.values():
        vectors = space.embed([row.text for row in group])
        decided = group_keywords(
            vectors,
            texts=[row.text for row in group],
            volumes=[row.volume for row in group],
            labels=[row.cluster_id for row in group],
            locked=locked,
            granularity=granularity,
        )
        _add(plan, decided, rows=group, vectors=vectors)
    return plan


def _add(plan: _Plan, decided: Grouping, *, rows: Sequence[_Row], vectors: Matrix) -> None:
    for at, cluster_id in decided.joined.items():
        plan.joins[cluster_id].append(rows[at].id)  # type: ignore[index]  # labels here are cluster ids
    for topic in decided.topics:
        members = [rows[at] for at in topic.members]
        plan.clusters.append(
            _NewCluster(
                head=rows[topic.head].text,
                sector_id=members[0].sector_id,
                intent=_main_intent(members),
                cohesion=cohesion(vectors[list(topic.members)]),
                keyword_ids=tuple(row.id for row in members),
            )
        )


def _main_intent(members: Iterable[_Row]) -> str:
    """The intent of most keywords; the more searched ones decide between equals."""
    votes: Counter[str] = Counter()
    volumes: Counter[str] = Counter()
    for row in members:
        votes[row.intent] += 1
        volumes[row.intent] += row.volume or 0
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


def _write(plan: _Plan, *, site_id: UUID) -> tuple[int, int]:
    """Write what still holds: a keyword that somebody placed, archived or deleted meanwhile is left alone."""
    planned = [keyword_id for ids in plan.joins.values() for keyword_id in ids]
    planned += [keyword_id for cluster in plan.clusters for keyword_id in cluster.keyword_ids]
    free = _free_ids(planned)
    alive = set(
        Cluster.objects.filter(site_id=site_id, is_locked=False, pk__in=plan.joins).values_list(
            "pk", flat=True
        )
    )
    made = placed = 0
    for cluster_id, ids in plan.joins.items():
        if cluster_id in alive:
            placed += _place(cluster_id, [keyword_id for keyword_id in ids if keyword_id in free])
    for cluster in plan.clusters:
        if set(cluster.keyword_ids) <= free:
            made += 1
            placed += _place(_create(cluster, site_id=site_id), cluster.keyword_ids)
    return made, placed


def _free_ids(keyword_ids: Sequence[UUID]) -> set[UUID]:
    free: set[UUID] = set()
    for chunk in _chunks(sorted(keyword_ids)):
        rows = Keyword.objects.select_for_update(of=("self",)).filter(
            pk__in=chunk, cluster=None, status=KeywordStatus.NEW
        )
        free.update(rows.order_by("pk").values_list("pk", flat=True))
    return free


def _create(cluster: _NewCluster, *, site_id: UUID) -> UUID:
    row = Cluster.objects.create(
        site_id=site_id,
        sector_id=cluster.sector_id,
        name=cluster.head,
        head_keyword=cluster.head,
        intent=cluster.intent,
        cohesion=cluster.cohesion,
        type=cluster_type(keywords_count=len(cluster.keyword_ids), intent=cluster.intent),
    )
    return row.pk


def _place(cluster_id: UUID, keyword_ids: Sequence[UUID]) -> int:
    return sum(
        Keyword.objects.filter(pk__in=chunk).update(
            cluster_id=cluster_id,
            status=KeywordStatus.CLUSTERED,
            version=F("version") + 1,
            updated_at=utc_now(),
        )
        for chunk in _chunks(keyword_ids)
    )


def _chunks(ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (ids[start : start + _IDS_PER_QUERY] for start in range(0, len(ids), _IDS_PER_QUERY))
