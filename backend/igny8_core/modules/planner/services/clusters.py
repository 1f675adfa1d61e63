"""Groups a site's keywords into clusters: thinks outside any transaction, writes in one; placed keywords never move."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F

from igny8_core.auth.models import Site
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.billing.services import credits_require
from igny8_core.modules.planner.constants import KeywordStatus, Placement, VectorSource
from igny8_core.modules.planner.models import Cluster, Keyword, KeywordRanking, Topic
from igny8_core.modules.planner.selectors import cluster_estimate, keywords_open, place_require
from igny8_core.modules.planner.services.clusters_plan import (
    ClusterFacts,
    ClusterKey,
    KeywordFacts,
    NewCluster,
    Plan,
    SiteFacts,
    cluster_type,
    plan_make,
)
from igny8_core.modules.planner.services.edits import chunks, locked_rows, present
from igny8_core.modules.planner.services.metrics import clusters_refresh, topics_refresh
from igny8_core.modules.planner.services.vectors import meaning_bought
from igny8_core.modules.planner.types import ClusterPreview, ClusterReport, Progress
from igny8_core.semantics.cluster import Granularity
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue


def cluster_start(
    *,
    site_id: UUID,
    sector_id: UUID | None = None,
    granularity: str = "normal",
    vectors: str = VectorSource.SHIPPED,
) -> Job:
    """Have a worker cluster a site's keywords; called again it returns the job that is at work.

    Raises NotFound for a foreign site and for a sector of another one; for the provider's `vectors` ModelNotConfigured,
    and InsufficientCredits when what they cost is not there.
    """
    place_require(site_id, sector_id)
    if vectors == VectorSource.PROVIDER:
        credits_require(cluster_estimate(site_id=site_id, sector_id=sector_id).credits)
    payload = {
        "vectors": vectors,
        "site_id": str(site_id),
        "sector_id": str(sector_id) if sector_id else None,
        "granularity": Granularity(granularity).value,
    }
    return enqueue("planner.cluster_keywords", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def cluster_run(
    *,
    site_id: UUID,
    sector_id: UUID | None = None,
    granularity: str = "normal",
    vectors: str = VectorSource.SHIPPED,
    job_id: UUID | None = None,
    progress: Progress,
) -> ClusterReport:
    """Place every keyword without a cluster; running again, or twice at once, changes nothing more.

    Every cluster without a topic gets one, too. Call it outside any transaction. Existing clusters and topics keep ids,
    names and what they have; a locked one takes nothing. None crosses sectors: each sector, and the keywords of none,
    are grouped by themselves. Archived keywords, and those that a person took out of their cluster, are left out.
    With the provider's `vectors` those that are missing are bought first. Raises NotFound for a foreign site and for a
    sector of another one, and what `meaning_bought` raises.
    """
    with tenant_transaction():
        site = _read(site_id, sector_id)
    meaning = None
    if vectors == VectorSource.PROVIDER and not site.is_settled:
        texts = [row.text for row in site.keywords]
        meaning = meaning_bought(texts, site_id=site_id, job_id=job_id, progress=progress)
    rows = len(site.keywords)
    progress(0, rows, "Comparing the keywords")
    plan = plan_make(site, granularity=Granularity(granularity), meaning=meaning)
    progress(rows, rows, "Storing the clusters")
    with tenant_transaction():
        _lock_site(site_id)
        made, placed = _write(plan, site_id=site_id)
        clusters_refresh(site_id=site_id)
        topics = Topic.objects.filter(site_id=site_id).values_list("pk", flat=True)
        topics_refresh(site_id=site_id, topic_ids=topics)
        left = keywords_open(site_id, sector_id).filter(cluster=None).count()
    return ClusterReport(clusters=made, clustered=placed, unassigned=left)


def cluster_preview_start(*, site_id: UUID, sector_id: UUID | None = None) -> Job:
    """Have a worker count what each granularity would make; called again it returns the job that is at work.

    Raises NotFound for a foreign site and for a sector of another one.
    """
    place_require(site_id, sector_id)
    payload = {"site_id": str(site_id), "sector_id": str(sector_id) if sector_id else None}
    return enqueue("planner.preview_clusters", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def cluster_preview(*, site_id: UUID, sector_id: UUID | None = None, progress: Progress) -> ClusterPreview:
    """Count the clusters that each granularity would make of the keywords without one; nothing is written.

    Call it outside any transaction; `progress` is told before each granularity. Raises NotFound as `cluster_run`.
    """
    with tenant_transaction():
        site = _read(site_id, sector_id)
    clusters: dict[str, int] = {}
    placed: dict[str, int] = {}
    for done, granularity in enumerate(Granularity):
        progress(done, len(Granularity), f"Trying {granularity.value}")
        plan = plan_make(site, granularity=granularity)
        clusters[granularity.value] = len(plan.clusters)
        placed[granularity.value] = sum(map(len, plan.joins.values())) + sum(
            len(one.keyword_ids) for one in plan.clusters
        )
    free = sum(one.cluster_id is None for one in site.keywords)
    return ClusterPreview(keywords=free, clusters=clusters, placed=placed)


def _read(site_id: UUID, sector_id: UUID | None) -> SiteFacts:
    place_require(site_id, sector_id)
    place = {"site_id": site_id} if sector_id is None else {"site_id": site_id, "sector_id": sector_id}
    columns = ("pk", "text", "volume", "intent", "cluster_id", "sector_id")
    keywords = keywords_open(site_id, sector_id).order_by("pk").values_list(*columns)
    facts = ("pk", "head_keyword", "volume", "topic_id", "sector_id")
    clusters = Cluster.objects.filter(**place).order_by("pk").values_list(*facts)
    locked = {
        row_id
        for model in (Cluster, Topic)
        for row_id in model.objects.filter(site_id=site_id, is_locked=True).values_list("pk", flat=True)
    }
    addresses: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for keyword_id, url_key in KeywordRanking.objects.filter(**place).values_list("keyword_id", "url_key"):
        addresses[keyword_id].add(url_key)
    return SiteFacts(
        keywords=[
            KeywordFacts(row_id, text, volume, intent, cluster, sector, frozenset(addresses.get(row_id, ())))
            for row_id, text, volume, intent, cluster, sector in keywords
        ],
        clusters=[ClusterFacts(*values) for values in clusters],
        locked=frozenset(locked),
    )


def _lock_site(site_id: UUID) -> None:
    # One clustering of a site writes at a time; keys that point at the site are let through.
    if not Site.objects.select_for_update(no_key=True).filter(pk=site_id).exists():
        raise NotFound


def _write(plan: Plan, *, site_id: UUID) -> tuple[int, int]:
    """Write what still holds: a keyword that somebody placed, archived or deleted meanwhile is left alone."""
    planned = [keyword_id for ids in plan.joins.values() for keyword_id in ids]
    planned += [keyword_id for cluster in plan.clusters for keyword_id in cluster.keyword_ids]
    free = _free_ids(planned)
    alive = _open_ids(Cluster, plan.joins)
    placed = 0
    for cluster_id, ids in plan.joins.items():
        if cluster_id in alive:
            placed += _place(cluster_id, [keyword_id for keyword_id in ids if keyword_id in free])
    made: dict[ClusterKey, UUID] = {}
    for number, cluster in enumerate(plan.clusters):
        if set(cluster.keyword_ids) <= free:
            made[number] = _create(cluster, site_id=site_id)
            placed += _place(made[number], cluster.keyword_ids)
    _write_topics(plan, made, site_id=site_id)
    return len(made), placed


def _write_topics(plan: Plan, made: Mapping[ClusterKey, UUID], *, site_id: UUID) -> None:
    """Give clusters their topics, unless a person gave them one meanwhile; a topic without clusters is not made."""

    def ids(keys: Iterable[ClusterKey]) -> set[UUID]:
        return present(*(made.get(key) if isinstance(key, int) else key for key in keys))

    groups = [*plan.topic_joins.values(), *(topic.clusters for topic in plan.topics)]
    rows = locked_rows(Cluster, [one for group in groups for one in ids(group)])
    free = {row.pk for row in rows if row.topic_id is None}
    alive = _open_ids(Topic, plan.topic_joins)
    for topic_id, keys in plan.topic_joins.items():
        if topic_id in alive:
            _give_topic(topic_id, ids(keys) & free)
    for topic in plan.topics:
        if cluster_ids := ids(topic.clusters) & free:
            row = Topic.objects.create(
                site_id=site_id, sector_id=topic.sector_id, name=topic.head, head_keyword=topic.head
            )
            _give_topic(row.pk, cluster_ids)


def _give_topic(topic_id: UUID, cluster_ids: Iterable[UUID]) -> None:
    for chunk in chunks(sorted(cluster_ids)):
        Cluster.objects.filter(pk__in=chunk).update(
            topic_id=topic_id, version=F("version") + 1, updated_at=utc_now()
        )


def _open_ids(model: Any, ids: Iterable[UUID]) -> set[UUID]:
    """Those clusters or topics that still take something; held, so that nobody merges them away meanwhile."""
    return {row.pk for row in locked_rows(model, ids) if not row.is_locked}


def _free_ids(keyword_ids: Sequence[UUID]) -> set[UUID]:
    free: set[UUID] = set()
    for chunk in chunks(sorted(keyword_ids)):
        rows = Keyword.objects.select_for_update(of=("self",)).filter(
            pk__in=chunk, cluster=None, status=KeywordStatus.NEW, cluster_source=Placement.RULES
        )
        free.update(rows.order_by("pk").values_list("pk", flat=True))
    return free


def _create(cluster: NewCluster, *, site_id: UUID) -> UUID:
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
        for chunk in chunks(keyword_ids)
    )
