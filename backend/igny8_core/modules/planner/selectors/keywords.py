"""Reads keywords: the list with its filters, counts, and what of them a run would take."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import Count, F, OrderBy, Q

from igny8_core.common.pages import Page
from igny8_core.modules.planner.constants import IdeaKind, IdeaState, KeywordStatus, Placement
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.selectors.brands import keywords_branded
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
        "variant_of": query.variant_of,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if query.search:
        rows = rows.filter(text__icontains=query.search)
    if query.is_unclustered or query.is_set_aside:
        rows = rows.filter(cluster=None)
    if query.is_set_aside:
        rows = rows.filter(cluster_source=Placement.HUMAN)
    if query.is_head:
        rows = rows.filter(variant_of=None)
    if query.is_branded is not None:
        branded = keywords_branded(query.site_id)
        rows = rows.filter(branded if query.is_branded else ~branded)
    page = page_read(rows.order_by(_ordered(query.ordering), "-id"), _keyword_row, number=number)
    return replace(page, rows=_with_variants(page.rows))


def _with_variants(rows: Sequence[KeywordRow]) -> tuple[KeywordRow, ...]:
    """Each variant with the text of its head, each head with the number of its variants."""
    heads = Keyword.objects.filter(pk__in={row.variant_of for row in rows if row.variant_of is not None})
    texts = dict(heads.values_list("pk", "text"))
    of_rows = Keyword.objects.filter(variant_of__in=[row.id for row in rows if row.variant_of is None])
    counts = dict(of_rows.order_by().values_list("variant_of").annotate(n=Count("id")))
    return tuple(
        replace(
            row,
            head_text=texts.get(row.variant_of, "") if row.variant_of else "",
            variants_count=counts.get(row.id, 0),
        )
        for row in rows
    )


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
        language=row.language,
        variant_of=row.variant_of,
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
