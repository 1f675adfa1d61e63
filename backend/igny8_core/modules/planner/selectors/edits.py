"""Reads the edits of a plan as a list, and the rows that an edit is about."""

from collections.abc import Sequence
from uuid import UUID

from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.planner.models import Cluster, PlanEdit
from igny8_core.modules.planner.selectors.plan import cluster_choice, keywords_placed, plan_edit_rows
from igny8_core.modules.planner.types import ClusterChoice, EditQuery, PlanEditRow
from igny8_core.tenancy.pages import page_read


def plan_edit_page(query: EditQuery, *, number: int = 1) -> Page[PlanEditRow]:
    """One page of the edits of a site's plan, newest first."""
    rows = PlanEdit.objects.filter(site_id=query.site_id).defer("changes")
    if query.kind is not None:
        rows = rows.filter(kind=query.kind)
    if query.is_undone is not None:
        rows = rows.filter(undone_at__isnull=not query.is_undone)
    if query.search:
        rows = rows.filter(subject__icontains=query.search)
    page: Page[PlanEdit] = page_read(rows.order_by("-pk"), lambda row: row, number=number)
    found = tuple(plan_edit_rows(page.rows))
    return Page(rows=found, total=page.total, number=page.number, size=page.size)


def clusters_chosen(ids: Sequence[UUID], *, site_id: UUID) -> list[ClusterChoice]:
    """Clusters of a site, the biggest first; raises NotFound unless all are there."""
    rows = Cluster.objects.filter(pk__in=ids, site_id=site_id).select_related("topic")
    found = [cluster_choice(row) for row in rows.order_by("-volume", "pk")]
    if len(found) != len(set(ids)):
        raise NotFound("One of the clusters does not exist; nothing was changed.")
    return found


def keywords_chosen(ids: Sequence[UUID], *, site_id: UUID) -> set[UUID | None]:
    """The sectors of keywords of a site; raises NotFound unless all are there."""
    found = keywords_placed(ids, site_id=site_id)
    if len(found) != len(set(ids)):
        raise NotFound("One of the keywords does not exist; nothing was changed.")
    return {sector_id for _text, sector_id in found.values()}
