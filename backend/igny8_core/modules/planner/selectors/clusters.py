"""Reads the clusters of a site as the map shows them."""

from uuid import UUID

from django.db.models import Count, Q

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.models import Cluster
from igny8_core.modules.planner.types import (
    ClusterRow,
)

MAP_SIZE = 400
_IDEAS = Count("ideas", filter=Q(ideas__deleted_at=None))


def cluster_map(
    site_id: UUID, *, sector_id: UUID | None = None, topic_id: UUID | None = None
) -> list[ClusterRow]:
    """A site's clusters, or a sector's or topic's, for a picture, the most searched first; at most MAP_SIZE of them."""
    rows = Cluster.objects.filter(site_id=site_id)
    if sector_id is not None:
        rows = rows.filter(sector_id=sector_id)
    if topic_id is not None:
        rows = rows.filter(topic_id=topic_id)
    counted = rows.annotate(ideas_count=_IDEAS).order_by("-volume", "-keywords_count", "id")
    return [_cluster_row(row) for row in counted[:MAP_SIZE]]


def cluster_get(cluster_id: UUID) -> ClusterRow:
    """A cluster; raises NotFound."""
    row = Cluster.objects.annotate(ideas_count=_IDEAS).filter(pk=cluster_id).first()
    if row is None:
        raise NotFound
    return _cluster_row(row)


def _cluster_row(row: Cluster) -> ClusterRow:
    return ClusterRow(
        id=row.pk,
        site_id=row.site_id,
        name=row.name,
        head_keyword=row.head_keyword,
        keywords_count=row.keywords_count,
        volume=row.volume,
        avg_difficulty=row.avg_difficulty,
        intent=row.intent,
        cohesion=row.cohesion,
        type=row.type,
        status=row.status,
        is_locked=row.is_locked,
        sector_id=row.sector_id,
        ideas_count=row.ideas_count,  # type: ignore[attr-defined]  # annotated by the callers
        version=row.version,
        topic_id=row.topic_id,
    )
