"""What people do to clusters: make, change, split, merge and delete; each is one transaction that can be undone."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from igny8_core.auth.selectors import sector_list, site_get
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import ClusterStatus, EditKind, IdeaState, OwnerSource
from igny8_core.modules.planner.errors import (
    ClusterChanged,
    ClusterInUse,
    ClustersSectorMismatch,
    ClusterUnsplittable,
    TopicLocked,
    TopicSectorMismatch,
)
from igny8_core.modules.planner.grouping import central_head
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, Topic
from igny8_core.modules.planner.selectors import site_space
from igny8_core.modules.planner.services.edits import EditLog, locked_rows, present
from igny8_core.modules.planner.services.placing import (
    Versions,
    clusters_check,
    clusters_locked,
    describe,
    ideas_headed,
    keywords_locked,
    place,
)
from igny8_core.modules.planner.types import EditResult
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.tenancy.context import TENANT_ALIAS

_WRITTEN = (IdeaState.QUEUED, IdeaState.COMPLETED)


def cluster_create(
    *,
    site_id: UUID,
    name: str,
    sector_id: UUID | None = None,
    topic_id: UUID | None = None,
    keyword_ids: Sequence[UUID] = (),
) -> EditResult:
    """Make a cluster by hand, empty or of keywords that leave where they are.

    Raises NotFound (site, sector, topic, keywords), TopicLocked, TopicSectorMismatch, ClusterLocked for a keyword of a
    locked cluster, and ClusterSectorMismatch for one of another sector.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        site_get(site_id)
        if sector_id is not None and sector_id not in [sector.pk for sector in sector_list(site_id)]:
            raise NotFound
        ideas = ideas_headed(keyword_ids)
        rows = keywords_locked(keyword_ids) if keyword_ids else []
        if any(row.site_id != site_id for row in rows):
            raise NotFound
        sources = clusters_locked(present(*(row.cluster_id for row in rows)))
        if topic_id is not None:
            _require_topic(topic_id, site_id=site_id, sector_id=sector_id)
        cluster = Cluster(
            site_id=site_id,
            sector_id=sector_id,
            topic_id=topic_id,
            name=name,
            head_keyword=keyword_normalise(name)[:200] or name,
        )
        return _fill(cluster, rows, ideas=ideas, sources=sources.values(), kind=EditKind.CREATE)


def cluster_split(
    cluster_id: UUID, *, keyword_ids: Sequence[UUID], name: str = "", versions: Versions | None = None
) -> EditResult:
    """Make a cluster of its own of some of a cluster's keywords, named by the most searched of them unless named.

    The new one has the sector and topic of the old, and the ideas of the keywords that leave. Raises NotFound,
    ClusterUnsplittable unless keywords of the cluster are on both sides, ClusterLocked and ClusterChanged.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        ideas = ideas_headed(keyword_ids)
        rows = keywords_locked(keyword_ids)
        source = clusters_locked([cluster_id], versions=versions)[cluster_id]
        if any(row.cluster_id != cluster_id for row in rows):
            raise ClusterUnsplittable
        if Keyword.objects.filter(cluster_id=cluster_id).count() == len(rows):
            raise ClusterUnsplittable
        vectors = site_space(source.site_id).embed([row.text for row in rows])
        head = rows[central_head(vectors, [row.volume for row in rows])].text
        cluster = Cluster(
            site_id=source.site_id,
            sector_id=source.sector_id,
            topic_id=source.topic_id,
            name=name or head,
            head_keyword=head,
            type=source.type,
        )
        return _fill(cluster, rows, ideas=ideas, sources=[source], kind=EditKind.SPLIT)


def clusters_merge(ids: Sequence[UUID], *, into_id: UUID, versions: Versions | None = None) -> EditResult:
    """Put all that clusters have into one of them, and delete the others; their ideas follow.

    A page that owned one of them owns the one that is kept, unless that has an owner or a person said it has none.

    Raises NotFound, ClusterLocked (any of them), ClustersSectorMismatch and ClusterChanged.
    """
    gone_ids = set(ids) - {into_id}
    with transaction.atomic(using=TENANT_ALIAS):
        ideas = locked_rows(ContentIdea, _ids_of(ContentIdea, gone_ids))
        rows = locked_rows(Keyword, _ids_of(Keyword, gone_ids))
        clusters = clusters_locked(gone_ids | {into_id}, versions=versions)
        # Between reading and locking another one may have been put in; nobody can from here on.
        rows += locked_rows(Keyword, _ids_of(Keyword, gone_ids) - {row.pk for row in rows})
        ideas += locked_rows(ContentIdea, _ids_of(ContentIdea, gone_ids) - {row.pk for row in ideas})
        kept = clusters.pop(into_id)
        if any(one.sector_id != kept.sector_id for one in clusters.values()):
            raise ClustersSectorMismatch
        log = EditLog()
        for one in clusters.values():
            # Who placed a keyword is not changed by what becomes of its cluster.
            log.give([row for row in rows if row.cluster_id == one.pk], cluster_id=kept.pk)
        log.give(ideas, cluster_id=kept.pk)
        statuses = {one.status for one in clusters.values()}
        if kept.status == ClusterStatus.NEW and ClusterStatus.PENDING in statuses:
            log.give([kept], status=ClusterStatus.PENDING)
        owned = next((one for one in clusters.values() if one.owner_page_id is not None), None)
        if owned is not None and kept.owner_source == OwnerSource.NONE:
            log.give([kept], owner_page_id=owned.owner_page_id, owner_source=owned.owner_source)
        _remove(log, clusters.values())
        describe(log, [kept] if clusters else [])
        edit_id = log.close(EditKind.MERGE, kept, count=len(clusters))
    return EditResult(edit_id, len(clusters), cluster_id=into_id)


def clusters_delete(ids: Sequence[UUID], *, versions: Versions | None = None) -> EditResult:
    """Delete clusters, all or none: their keywords are set aside, their ideas go with them.

    Raises NotFound, ClusterLocked, ClusterChanged, and ClusterInUse when an idea is being written or is written.
    """
    wanted = set(ids)
    with transaction.atomic(using=TENANT_ALIAS):
        locked_rows(ContentIdea, _ids_of(ContentIdea, wanted))
        rows = locked_rows(Keyword, _ids_of(Keyword, wanted))
        clusters = clusters_locked(wanted, versions=versions)
        rows += locked_rows(Keyword, _ids_of(Keyword, wanted) - {row.pk for row in rows})
        if ContentIdea.objects.filter(cluster_id__in=wanted, state__in=_WRITTEN).exists():
            raise ClusterInUse
        log = EditLog()
        place(log, rows, target=None)
        _remove(log, clusters.values())
        first = next(iter(clusters.values()))
        return EditResult(log.close(EditKind.DELETE, first, count=len(clusters)), len(clusters))


def cluster_update(row: Cluster, **changes: Any) -> Cluster:
    """Change a locked cluster's name, status or lock."""
    log = EditLog()
    log.give([row], **changes)
    log.close(EditKind.CHANGE, row, count=1)
    row.refresh_from_db()
    return row


def cluster_change(cluster_id: UUID, *, expected_version: int, **changes: Any) -> Cluster:
    """The same for a cluster that the caller read at `expected_version`.

    Raises NotFound, and ClusterChanged when somebody changed it since.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        rows = locked_rows(Cluster, [cluster_id])
        if not rows:
            raise NotFound
        if rows[0].version != expected_version:
            raise ClusterChanged
        return cluster_update(rows[0], **changes)


def clusters_change(ids: Sequence[UUID], *, versions: Versions | None = None, **changes: Any) -> EditResult:
    """Lock, unlock or finalise many clusters, all or none. Raises NotFound and ClusterChanged."""
    with transaction.atomic(using=TENANT_ALIAS):
        rows: list[Cluster] = locked_rows(Cluster, ids)
        if not rows or len(rows) != len(set(ids)) or len({row.site_id for row in rows}) > 1:
            raise NotFound("One of the clusters does not exist; nothing was changed.")
        clusters_check(rows, versions=versions)
        log = EditLog()
        changed = log.give(rows, **changes)
        return EditResult(log.close(EditKind.CHANGE, rows[0], count=changed), changed)


def _fill(
    cluster: Cluster, rows: Sequence[Any], *, ideas: Iterable[Any], sources: Iterable[Cluster], kind: EditKind
) -> EditResult:
    """Store a new cluster with its keywords, and the edit that made it."""
    cluster.save()
    log = EditLog()
    log.made(cluster)
    moved = place(log, rows, target=cluster, ideas=ideas)
    describe(log, [cluster, *sources])
    return EditResult(log.close(kind, cluster, count=moved), moved, cluster_id=cluster.pk)


def _ids_of(model: Any, cluster_ids: Iterable[UUID]) -> set[UUID]:
    return set(model.objects.filter(cluster_id__in=cluster_ids).values_list("pk", flat=True))


def _remove(log: EditLog, clusters: Iterable[Cluster]) -> None:
    """Delete clusters, and each topic that is left without any, unless a person holds it."""
    topics: set[UUID] = set()
    for one in clusters:
        log.remove(one)
        topics |= present(one.topic_id)
    topics_empty_remove(log, topics)


def topics_empty_remove(log: EditLog, topic_ids: Iterable[UUID]) -> None:
    """Delete those topics that no cluster is left in; a locked one stays."""
    for topic in locked_rows(Topic, topic_ids):
        if not topic.is_locked and not Cluster.objects.filter(topic_id=topic.pk).exists():
            log.remove(topic)


def _require_topic(topic_id: UUID, *, site_id: UUID, sector_id: UUID | None) -> Topic:
    rows: list[Topic] = locked_rows(Topic, [topic_id])
    if not rows or rows[0].site_id != site_id:
        raise NotFound
    if rows[0].is_locked:
        raise TopicLocked
    if rows[0].sector_id != sector_id:
        raise TopicSectorMismatch
    return rows[0]
