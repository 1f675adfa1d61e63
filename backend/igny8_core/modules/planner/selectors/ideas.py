"""Reads the ideas of a site, their briefs, and which of them comes next."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.planner.briefs import idea_brief
from igny8_core.modules.planner.constants import IdeaKind, IdeaState
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.planner.selectors.ownership import ideas_clear
from igny8_core.modules.planner.types import (
    IdeaBrief,
    IdeaQuery,
    IdeaRow,
)
from igny8_core.tenancy.pages import page_read


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


def idea_states(ids: Collection[UUID]) -> dict[UUID, str]:
    """The states of those ideas that are there."""
    return dict(ContentIdea.objects.filter(pk__in=ids).values_list("pk", "state"))
