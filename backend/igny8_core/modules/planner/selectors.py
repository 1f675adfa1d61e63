"""Reads of the plan for other rooms and the console; lists and frozen dataclasses, never a lazy queryset."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Count, F, OrderBy, Q, Window
from django.db.models.functions import RowNumber

from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.planner.briefs import idea_brief
from igny8_core.modules.planner.constants import IdeaKind, IdeaState, ImportState, KeywordStatus, Placement
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, KeywordImport
from igny8_core.modules.planner.reports import import_preview, import_rejects
from igny8_core.modules.planner.selectors_ownership import ideas_clear
from igny8_core.modules.planner.types import (
    ClusterRow,
    IdeaBrief,
    IdeaQuery,
    IdeaRow,
    ImportDetail,
    ImportRow,
    KeywordQuery,
    KeywordRow,
    PlannerCounts,
    PlanOutlook,
)
from igny8_core.tenancy.pages import page_read

_IDEAS = Count("ideas", filter=Q(ideas__deleted_at=None))


def idea_brief_get(idea_id: UUID) -> IdeaBrief:
    """The brief of an idea; raises NotFound."""
    row = ContentIdea.objects.select_related("cluster").filter(pk=idea_id).first()
    if row is None:
        raise NotFound
    return idea_brief(row)


def idea_briefs(idea_ids: Sequence[UUID]) -> list[IdeaBrief]:
    """The briefs of ideas, in the order of their ids; what is missing is left out."""
    rows = ContentIdea.objects.select_related("cluster").in_bulk(list(idea_ids))
    return [idea_brief(rows[idea_id]) for idea_id in idea_ids if idea_id in rows]


def idea_next_ids(
    site_id: UUID,
    *,
    limit: int,
    sector_id: UUID | None = None,
    is_accepted_only: bool = False,
    taken: Collection[UUID] = (),
) -> list[UUID]:
    """The ideas to write next: new and accepted ones, each cluster's best before any cluster's second, by score.

    With a sector only that sector's ideas; with `is_accepted_only` none that nobody decided on. Ideas in `taken` are
    left out and keep their place: asked for one after the other, the ideas come as they would all at once. An idea
    that nobody decided on is left out while a page, or another idea, answers its query; one about a page that is
    there is nothing to write.
    """
    states = [IdeaState.ACCEPTED] if is_accepted_only else [IdeaState.NEW, IdeaState.ACCEPTED]
    mine = ContentIdea.objects.filter(site_id=site_id, kind=IdeaKind.NEW_CONTENT)
    clear = ideas_clear(mine.filter(state=IdeaState.NEW)).values("pk")
    decided = [state for state in states if state != IdeaState.NEW]
    fresh = Q(pk__in=clear) if IdeaState.NEW in states else Q(pk__in=[])
    rows = mine.filter(fresh | Q(state__in=decided) | Q(pk__in=taken))
    if sector_id is not None:
        rows = rows.filter(sector_id=sector_id)
    place = Window(RowNumber(), partition_by=F("cluster_id"), order_by=[F("score").desc(), F("id").asc()])
    ranked = rows.annotate(place=place).order_by("place", "-score", "id")
    ids = ranked.values_list("pk", flat=True)[: limit + len(taken)]
    return [idea_id for idea_id in ids if idea_id not in taken][:limit]


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


KEYWORD_ORDERINGS = ("text", "volume", "difficulty", "cpc")


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
    if query.is_unclustered:
        rows = rows.filter(cluster=None)
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
        status=row.status,
    )


MAP_SIZE = 400


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


def idea_list(query: IdeaQuery, *, number: int = 1) -> Page[IdeaRow]:
    """One page of a site's ideas, the best first."""
    rows = ContentIdea.objects.filter(site_id=query.site_id).select_related("cluster", "page")
    wanted = {
        "state": query.state,
        "kind": query.kind,
        "cluster_id": query.cluster_id,
        "score__gte": query.score_min,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if query.search:
        rows = rows.filter(Q(title__icontains=query.search) | Q(head_keyword__icontains=query.search))
    return page_read(rows.order_by("-score", "-id"), _idea_row, number=number)


def idea_get(idea_id: UUID) -> IdeaRow:
    """An idea as a list shows it; raises NotFound."""
    row = ContentIdea.objects.select_related("cluster", "page").filter(pk=idea_id).first()
    if row is None:
        raise NotFound
    return _idea_row(row)


def _idea_row(row: ContentIdea) -> IdeaRow:
    return IdeaRow(
        id=row.pk,
        title=row.title,
        head_keyword=row.head_keyword,
        cluster_id=row.cluster_id,
        cluster_name=row.cluster.name,
        score=row.score,
        state=row.state,
        target_word_count=row.brief.get("target_word_count", 0),
        failure_reason=row.failure_reason,
        kind=row.kind,
        page_id=row.page_id,
        page_url=row.page.url if row.page else "",
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


def keyword_import_list(site_id: UUID, *, state: str | None = None, number: int = 1) -> Page[ImportRow]:
    """One page of a site's imports, all or those in a state, newest first."""
    rows = KeywordImport.objects.filter(site_id=site_id).defer("rejects", "preview")
    if state is not None:
        rows = rows.filter(state=state)
    return page_read(rows.order_by("-id"), _import_row, number=number)


def keyword_import_get(import_id: UUID) -> ImportDetail:
    """An import with its preview and rejects; raises NotFound."""
    row = KeywordImport.objects.filter(pk=import_id).first()
    if row is None:
        raise NotFound
    return ImportDetail(
        row=_import_row(row),
        preview=import_preview(row.preview),
        rejects=import_rejects(row.rejects),
    )


def _import_row(row: KeywordImport) -> ImportRow:
    return ImportRow(
        id=row.pk,
        site_id=row.site_id,
        sector_id=row.sector_id,
        filename=row.filename,
        state=row.state,
        source_tool=row.source_tool,
        rows=row.row_count,
        imported=row.imported_count,
        updated=row.updated_count,
        unchanged=row.unchanged_count,
        duplicates=row.duplicate_count,
        rejected=row.rejected_count,
        error_message=row.error_message,
        job_id=row.job_id,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def keyword_statuses(ids: Collection[UUID]) -> dict[UUID, str]:
    """The statuses of those keywords that are there."""
    return dict(Keyword.objects.filter(pk__in=ids).values_list("pk", "status"))


def idea_states(ids: Collection[UUID]) -> dict[UUID, str]:
    """The states of those ideas that are there."""
    return dict(ContentIdea.objects.filter(pk__in=ids).values_list("pk", "state"))


def import_rows(import_id: UUID, *, site_id: UUID) -> int | None:
    """The rows that a site's upload has, or None until it is read; raises NotFound."""
    row = KeywordImport.objects.filter(pk=import_id, site_id=site_id).first()
    if row is None:
        raise NotFound
    return row.row_count if row.state == ImportState.DONE else None
