"""Reads of the plan for other rooms; lists and frozen dataclasses, never a lazy queryset."""

from uuid import UUID

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.briefs import idea_brief
from igny8_core.modules.planner.constants import IdeaState
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.types import IdeaBrief, PlannerCounts


def idea_brief_get(idea_id: UUID) -> IdeaBrief:
    """The brief of an idea; raises NotFound."""
    row = ContentIdea.objects.select_related("cluster").filter(pk=idea_id).first()
    if row is None:
        raise NotFound
    return idea_brief(row)


def idea_next_ids(site_id: UUID, *, limit: int, sector_id: UUID | None = None) -> list[UUID]:
    """The ideas to write next: new and accepted ones, each cluster's best before any cluster's second, by score.

    With a sector only that sector's ideas.
    """
    rows = ContentIdea.objects.filter(site_id=site_id, state__in=[IdeaState.NEW, IdeaState.ACCEPTED])
    if sector_id is not None:
        rows = rows.filter(sector_id=sector_id)
    place = Window(RowNumber(), partition_by=F("cluster_id"), order_by=[F("score").desc(), F("id").asc()])
    ranked = rows.annotate(place=place).order_by("place", "-score", "id")
    return list(ranked.values_list("pk", flat=True)[:limit])


def planner_counts(site_id: UUID) -> PlannerCounts:
    """How many keywords, clusters and ideas a site has."""
    ideas = ContentIdea.objects.filter(site_id=site_id).aggregate(
        all=Count("id"), new=Count("id", filter=Q(state=IdeaState.NEW))
    )
    return PlannerCounts(
        keywords=Keyword.objects.filter(site_id=site_id).count(),
        clusters=Cluster.objects.filter(site_id=site_id).count(),
        ideas=ideas["all"],
        ideas_new=ideas["new"],
    )
