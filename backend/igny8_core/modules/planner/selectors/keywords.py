"""Reads keywords: the list with its filters, counts, and what of them a run would take."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, F, OrderBy, Q

from igny8_core.common.pages import Page
from igny8_core.modules.planner.constants import IdeaKind, IdeaState, KeywordStatus, Placement
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.types import (
    KeywordQuery,
    KeywordRow,
    PlannerCounts,
    PlanOutlook,
)
from igny8_core.tenancy.pages import page_read

KEYWORD_ORDERINGS = ("text", "volume", "difficulty", "cpc")


def keyword_total() -> int:
    """How many keywords the account has on all the sites that the caller sees."""
    return Keyword.objects.count()


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


def keyword_list(query: KeywordQuery, *, number: int = 1) -> Page[KeywordRow]:
    """One page of a site's keywords; of equal ones the newest first, what is not known last."""
    rows = Keyword.objects.filter(site_id=query.site_id).select_related("cluster")
    wanted = {
        "status": query.status,
        "intent": query.intent,
        "sector_id": query.sector_id,
        "cluster_id": query.cluster_id,
        "volume__gte": query.volume_min,
        "difficulty__lte": query.difficulty_max,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if query.search:
        rows = rows.filter(text__icontains=query.search)
    if query.is_unclustered or query.is_set_aside:
        rows = rows.filter(cluster=None)
    if query.is_set_aside:
        rows = rows.filter(cluster_source=Placement.HUMAN)
    return page_read(rows.order_by(_ordered(query.ordering), "-id"), _keyword_row, number=number)


def _ordered(ordering: str) -> OrderBy:
    name = ordering.removeprefix("-")
    column = F(name if name in KEYWORD_ORDERINGS else "volume")
    return column.desc(nulls_last=True) if ordering.startswith("-") else column.asc(nulls_last=True)


def _keyword_row(row: Keyword) -> KeywordRow:
    return KeywordRow(
        id=row.pk,
        text=row.text,
        country=row.country,
        volume=row.volume,
        difficulty=row.difficulty,
        cpc=row.cpc,
        cpc_currency=row.cpc_currency,
        intent=row.intent,
        trend=tuple(row.trend),
        cluster_id=row.cluster_id,
        cluster_name=row.cluster.name if row.cluster else "",
        is_set_aside=row.cluster_id is None and row.cluster_source == Placement.HUMAN,
        status=row.status,
    )


def plan_outlook(site_id: UUID, *, sector_id: UUID | None = None) -> PlanOutlook:
    """What a site, or one sector of it, has for a run to work on."""
    place = {"site_id": site_id} if sector_id is None else {"site_id": site_id, "sector_id": sector_id}
    ideas = ContentIdea.objects.filter(kind=IdeaKind.NEW_CONTENT, **place)
    unplaced = Keyword.objects.filter(
        cluster=None, status=KeywordStatus.NEW, cluster_source=Placement.RULES, **place
    )
    return PlanOutlook(
        keywords_unplaced=unplaced.count(),
        ideas_new=ideas.filter(state=IdeaState.NEW).count(),
        ideas_accepted=ideas.filter(state=IdeaState.ACCEPTED).count(),
    )


def keyword_statuses(ids: Collection[UUID]) -> dict[UUID, str]:
    """The statuses of those keywords that are there."""
    return dict(Keyword.objects.filter(pk__in=ids).values_list("pk", "status"))
