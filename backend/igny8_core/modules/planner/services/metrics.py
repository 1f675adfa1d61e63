"""Keeps what a cluster row says about its keywords true; it must never change which keywords those are."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Sum

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.models import Cluster, Keyword


def clusters_refresh(*, site_id: UUID, cluster_ids: Iterable[UUID] | None = None) -> int:
    """Write keyword count, volume and mean difficulty anew where they changed; returns how many clusters changed."""
    clusters = Cluster.objects.filter(site_id=site_id)
    keywords = Keyword.objects.filter(site_id=site_id, cluster__isnull=False)
    if cluster_ids is not None:
        ids = list(cluster_ids)
        clusters, keywords = clusters.filter(pk__in=ids), keywords.filter(cluster_id__in=ids)
    facts = _facts(keywords)
    changed = 0
    for cluster_id, *before in clusters.values_list("pk", "keywords_count", "volume", "avg_difficulty"):
        now = facts.get(cluster_id, (0, 0, None))
        if tuple(before) != now:
            count, volume, difficulty = now
            changed += Cluster.objects.filter(pk=cluster_id).update(
                keywords_count=count,
                volume=volume,
                avg_difficulty=difficulty,
                version=F("version") + 1,
                updated_at=utc_now(),
            )
    return changed


def _facts(keywords: Any) -> dict[UUID, tuple[int, int, float | None]]:
    rows = keywords.values("cluster_id").annotate(
        keywords=Count("pk"), searches=Sum("volume"), mean=Avg("difficulty")
    )
    return {
        row["cluster_id"]: (
            row["keywords"],
            row["searches"] or 0,
            None if row["mean"] is None else round(float(row["mean"]), 2),
        )
        for row in rows
    }
