"""Ideas as a file for a spreadsheet; it must never choose which."""

import io
from collections.abc import Sequence
from uuid import UUID

from igny8_core.common.sheets import csv_lines, xlsx_write
from igny8_core.modules.planner.models import ContentIdea

MAX_EXPORT = 20_000
COLUMNS = (
    "Title",
    "Keyword",
    "Kind",
    "State",
    "Score",
    "Cluster",
    "Page",
    "Search intent",
    "Other keywords",
    "Words",
    "Outline",
    "Questions",
    "Entities",
    "Schema",
    "Created",
    "Id",
)


def idea_file(ids: Sequence[UUID], *, kind: str) -> bytes:
    """The ideas, best first, as the bytes of a `csv` or `xlsx` file whose cells are safe to open."""
    rows = ContentIdea.objects.filter(pk__in=ids).select_related("cluster", "page").order_by("-score", "pk")
    cells = (_cells(row) for row in rows)
    if kind == "csv":
        return "".join(csv_lines(COLUMNS, cells)).encode()
    target = io.BytesIO()
    xlsx_write(target, title="Ideas", columns=COLUMNS, rows=cells)
    return target.getvalue()


def _cells(row: ContentIdea) -> tuple[object, ...]:
    brief = row.brief
    return (
        row.title,
        row.head_keyword,
        row.get_kind_display(),
        row.get_state_display(),
        row.score,
        row.cluster.name,
        row.page.url if row.page else "",
        brief.get("search_intent", ""),
        "; ".join(brief.get("secondary_keywords", [])),
        brief.get("target_word_count", 0),
        "; ".join(section["heading"] for section in brief.get("outline", [])),
        "; ".join(brief.get("questions", [])),
        "; ".join(entity["name"] for entity in brief.get("entities", [])),
        brief.get("schema_type", ""),
        row.created_at,
        str(row.pk),
    )
