"""Reads uploads of keywords and what became of them."""

from uuid import UUID

from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.planner.constants import ImportState
from igny8_core.modules.planner.models import KeywordImport
from igny8_core.modules.planner.reports import import_preview, import_rejects
from igny8_core.modules.planner.types import (
    ImportDetail,
    ImportRow,
)
from igny8_core.tenancy.pages import page_read


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


def import_rows(import_id: UUID, *, site_id: UUID) -> int | None:
    """The rows that a site's upload has, or None until it is read; raises NotFound."""
    row = KeywordImport.objects.filter(pk=import_id, site_id=site_id).first()
    if row is None:
        raise NotFound
    return row.row_count if row.state == ImportState.DONE else None
