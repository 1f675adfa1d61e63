"""A person's decisions on where keywords belong; what is decided here no clustering run changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import EditKind, KeywordStatus, Placement
from igny8_core.modules.planner.errors import ClusterChanged, ClusterLocked, ClusterSectorMismatch
from igny8_core.modules.planner.grouping import central_head, cohesion
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.selectors import site_space
from igny8_core.modules.planner.services.clusters_plan import cluster_type, main_intent
from igny8_core.modules.planner.services.edits import EditLog, locked_rows, present
from igny8_core.modules.planner.types import EditResult
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.tenancy.context import TENANT_ALIAS

Versions = Mapping[UUID, int]


def keywords_move(
    ids: Sequence[UUID], *, cluster_id: UUID | None, versions: Versions | None = None
) -> EditResult:
    """Put keywords into a cluster, or with None out of any, all or none; an idea goes where its head keyword goes.

    A keyword that is taken out is set aside: no run places it until `keywords_release`. One that is being written
    stays in use when it moves, an archived one stays archived. `versions` are the clusters' as the caller read them.
    Raises NotFound, ClusterLocked (either cluster), ClusterSectorMismatch, and ClusterChanged for another version.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        ideas = ideas_headed(ids) if cluster_id is not None else []
        rows = keywords_locked(ids)
        left = present(*(row.cluster_id for row in rows))
        clusters = clusters_locked(left | present(cluster_id), versions=versions)
        target = clusters[cluster_id] if cluster_id is not None else None
        log = EditLog()
        moved = place(log, rows, target=target, ideas=ideas)
        describe(log, clusters.values())
        kind = EditKind.TAKE_OUT if target is None else EditKind.MOVE
        source = clusters[min(left)] if left else rows[0]
        return EditResult(log.close(kind, target or source, count=moved), moved, cluster_id=cluster_id)


def keywords_release(ids: Sequence[UUID]) -> EditResult:
    """Let the next run place keywords that were set aside, all or none; others stay as they are. Raises NotFound."""
    with transaction.atomic(using=TENANT_ALIAS):
        rows = keywords_locked(ids)
        log = EditLog()
        freed = log.give([row for row in rows if row.cluster_id is None], cluster_source=Placement.RULES)
        return EditResult(log.close(EditKind.RELEASE, rows[0], count=freed), freed)


def place(log: EditLog, rows: Iterable[Any], *, target: Cluster | None, ideas: Iterable[Any] = ()) -> int:
    """Put locked keywords into a cluster or out of any, and ideas with them; returns how many keywords moved."""
    found = [row for row in rows if target is None or row.cluster_id != target.pk]
    if target is not None and any(row.sector_id != target.sector_id for row in found):
        raise ClusterSectorMismatch
    place_id = target.pk if target is not None else None
    moved = 0
    for status in KeywordStatus:
        alike = [row for row in found if row.status == status]
        after = _status_after(status, is_placed=target is not None)
        moved += log.give(alike, cluster_id=place_id, cluster_source=Placement.HUMAN, status=after)
    if target is not None:
        log.give(ideas, cluster_id=target.pk)
    return moved


def _status_after(status: KeywordStatus, *, is_placed: bool) -> KeywordStatus:
    if status is KeywordStatus.ARCHIVED or (is_placed and status is KeywordStatus.IN_USE):
        return status
    return KeywordStatus.CLUSTERED if is_placed else KeywordStatus.NEW


def keywords_locked(ids: Sequence[UUID]) -> list[Keyword]:
    """Keywords of one site, locked; raises NotFound unless all are there."""
    rows: list[Keyword] = locked_rows(Keyword, ids)
    if not rows or len(rows) != len(set(ids)) or len({row.site_id for row in rows}) > 1:
        raise NotFound("One of the keywords does not exist; nothing was changed.")
    return rows


def clusters_locked(ids: Iterable[UUID], *, versions: Versions | None = None) -> dict[UUID, Cluster]:
    """Clusters of one site that take and give keywords, locked, by id.

    Raises NotFound unless all are there, ClusterLocked, and ClusterChanged when one has another version.
    """
    wanted = set(ids)
    rows: list[Cluster] = locked_rows(Cluster, wanted)
    if len(rows) != len(wanted) or len({row.site_id for row in rows}) > 1:
        raise NotFound("One of the clusters does not exist; nothing was changed.")
    clusters_check(rows, versions=versions)
    if any(row.is_locked for row in rows):
        raise ClusterLocked
    return {row.pk: row for row in rows}


def clusters_check(rows: Iterable[Cluster], *, versions: Versions | None) -> None:
    """Raise ClusterChanged when a cluster has another version than the caller read."""
    if any((versions or {}).get(row.pk, row.version) != row.version for row in rows):
        raise ClusterChanged


def describe(log: EditLog, clusters: Iterable[Cluster]) -> None:
    """Say anew what follows from a cluster's keywords: head (only if it left), intent, kind of page, cohesion."""
    for cluster in clusters:
        columns = ("text", "volume", "intent")
        rows = list(Keyword.objects.filter(cluster_id=cluster.pk).order_by("pk").values_list(*columns))
        if rows:
            texts = [text for text, *_rest in rows]
            vectors = site_space(cluster.site_id).embed(texts)
            is_there = cluster.head_keyword in texts
            head = central_head(vectors, [volume for _text, volume, _one in rows])
            intent = main_intent((one, volume) for _text, volume, one in rows)
            log.give(
                [cluster],
                head_keyword=cluster.head_keyword if is_there else texts[head],
                intent=intent,
                type=cluster_type(keywords_count=len(rows), intent=intent),
                cohesion=cohesion(vectors),
            )


def ideas_headed(keyword_ids: Sequence[UUID]) -> list[Any]:
    """The ideas, locked, whose head keyword is one of these, in the clusters that they stand in."""
    pairs = Keyword.objects.filter(pk__in=keyword_ids, cluster__isnull=False)
    placed = set(pairs.values_list("cluster_id", "normalized"))
    clusters = {cluster_id for cluster_id, _text in placed}
    ideas = ContentIdea.objects.filter(cluster_id__in=clusters).values_list(
        "pk", "cluster_id", "head_keyword"
    )
    return locked_rows(
        ContentIdea,
        [pk for pk, cluster_id, head in ideas if (cluster_id, keyword_normalise(head)) in placed],
    )
