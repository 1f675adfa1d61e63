"""Keywords as files, over HTTP."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from igny8_core.api.authentication import principal_of
from igny8_core.api.filters import narrow
from igny8_core.common.request_id import current_request_id
from igny8_core.common.sheets import XLSX_TYPE
from igny8_core.modules.planner.constants import MAX_WORKBOOK_KEYWORDS
from igny8_core.modules.planner.errors import KeywordExportTooLarge
from igny8_core.modules.planner.keyword_sheet import keyword_csv, keyword_workbook

_ABOUT = (
    "The keywords that the list's filters leave, oldest first, with everything that an import reads again, and their "
    "status, cluster and topic; cells that a spreadsheet would take for formulas begin with an apostrophe. A transfer "
    "that breaks off is incomplete: ask again."
)


class ExportsKeywords:
    """Keywords as CSV and XLSX, for the keywords' viewset."""

    @extend_schema(
        summary="Export keywords",
        description=f"{_ABOUT} As CSV.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        filters=True,
    )
    @action(detail=False, methods=["get"])
    def export(self: Any, request: Request) -> StreamingHttpResponse:
        """Stream keywords as CSV."""
        rows = _rows_of(self, request)
        lines = keyword_csv(principal_of(request).context(current_request_id.get()), rows)
        return _file(lines, kind="csv", content_type="text/csv; charset=utf-8")

    @extend_schema(
        summary="Export keywords as a workbook",
        description=f"{_ABOUT} As XLSX, of at most {MAX_WORKBOOK_KEYWORDS:,} keywords.",
        responses={(200, XLSX_TYPE): OpenApiTypes.BINARY},
        filters=True,
    )
    @action(detail=False, methods=["get"], url_path="export-xlsx")
    def export_xlsx(self: Any, request: Request) -> StreamingHttpResponse:
        """Stream keywords as a workbook."""
        rows = _rows_of(self, request)
        if rows().order_by()[: MAX_WORKBOOK_KEYWORDS + 1].count() > MAX_WORKBOOK_KEYWORDS:
            raise KeywordExportTooLarge
        chunks = keyword_workbook(principal_of(request).context(current_request_id.get()), rows)
        return _file(chunks, kind="xlsx", content_type=XLSX_TYPE)


def _rows_of(view: Any, request: Request) -> Callable[[], QuerySet[Any]]:
    def rows() -> QuerySet[Any]:
        return narrow(view.get_queryset(), request, view)

    rows()  # a bad parameter is refused before the first byte
    return rows


def _file(content: Any, *, kind: str, content_type: str) -> StreamingHttpResponse:
    name = {"Content-Disposition": f'attachment; filename="keywords.{kind}"'}
    return StreamingHttpResponse(content, content_type=content_type, headers=name)
