"""Keeps what cluster and topic rows say about their keywords true; it must never change which keywords those are."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Sum

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.models import Cluster, Keyword, Topic

_Facts = tuple[int, int, float | None]
_NOTHING: _Facts = (0, 0, None)


def clusters_refresh(*, site_id: UUID, cluster_ids: Iterable[UUID] | None = None) -> int:
    """Write keyword count, volume and mean difficulty anew where they changed; returns how many clusters changed.

    The topics of the clusters that changed are counted anew, too.
    """
    clusters = Cluster.objects.filter(site_id=site_id)
    keywords = Keyword.objects.filter(site_id=site_id, cluster__isnull=False)
    if cluster_ids is not None:
        ids = list(cluster_ids)
        clusters, keywords = clusters.filter(pk__in=ids), keywords.filter(cluster_id__in=ids)
    facts = _facts(keywords, "cluster_id")
    changed, topics = 0, set()
    columns = ("pk", "topic_id", "keywords_count", "volume", "avg_difficulty")
    for cluster_id, topic_id, *before in clusters.order_by("pk").values_list(*columns):
        now = facts.get(cluster_id, _NOTHING)
        if tuple(before) != now:
            count, volume, difficulty = now
            changed += _write(
                Cluster, cluster_id, keywords_count=count, volume=volume, avg_difficulty=difficulty
            )
            topics.add(topic_id)
    if topics - {None}:
        topics_refresh(site_id=site_id, topic_ids=topics - {None})
    return changed


def topics_refresh(*, site_id: UUID, topic_ids: Iterable[UUID]) -> int:
    """Write the topics' figures anew where they changed; returns how many changed."""
    ids = list(topic_ids)
    clusters = Cluster.objects.filter(site_id=site_id, topic_id__in=ids)
    counts = dict(clusters.values_list("topic_id").annotate(clusters=Count("pk")))
    keywords = Keyword.objects.filter(site_id=site_id, cluster__topic_id__in=ids)
    facts = _facts(keywords, "cluster__topic_id")
    changed = 0
    columns = ("pk", "clusters_count", "keywords_count", "volume", "avg_difficulty")
    topics = Topic.objects.filter(site_id=site_id, pk__in=ids).order_by("pk")
    for topic_id, *before in topics.values_list(*columns):
        now = (counts.get(topic_id, 0), *facts.get(topic_id, _NOTHING))
        if tuple(before) != now:
            changed += _write(Topic, topic_id, **dict(zip(columns[1:], now, strict=True)))
    return changed


def _write(model: Any, row_id: UUID, **values: Any) -> int:
    changed: int = model.objects.filter(pk=row_id).update(
        **values, version=F("version") + 1, updated_at=utc_now()
    )
    return changed


def _facts(keywords: Any, key: str) -> dict[UUID, _Facts]:
    rows = keywords.values(key).annotate(keywords=Count("pk"), searches=Sum("volume"), mean=Avg("difficulty"))
    return {
        row[key]: (
            row["keywords"],
            row["searches"] or 0,
            None if row["mean"] is None else round(float(row["mean"]), 2),
        )
        for row in rows
    }
