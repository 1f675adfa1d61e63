"""Keywords as a file that a spreadsheet shows and an import reads again without loss; it must never choose which."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from igny8_core.common.sheets import csv_lines, xlsx_chunks
from igny8_core.tenancy.context import TenantContext
from igny8_core.tenancy.csv_stream import rows_stream

_Rows = Callable[[], QuerySet[Any]]

# Header by field, as `exports.formats.OWN_EXPORT` reads them; the last three are for people, and ignored there.
_HEADERS = {
    "text": "Keyword",
    "country": "Country",
    "language": "Language",
    "volume": "Volume",
    "volume_min": "Volume from",
    "volume_max": "Volume to",
    "difficulty": "Difficulty",
    "cpc": "CPC",
    "cpc_currency": "Currency",
    "competition": "Competition",
    "intents": "Intents",
    "intent_source": "Intent source",
    "language_source": "Language source",
    "serp_features": "SERP features",
    "trend": "Trend",
    "parent_topic": "Parent topic",
    "traffic_potential": "Traffic potential",
    "global_volume": "Global volume",
    "source_tool": "Source",
    "seen_on": "Figures of",
    "status": "Status",
    "cluster__name": "Cluster",
    "cluster__topic__name": "Topic",
}
COLUMNS = tuple(_HEADERS.values())
_FIELDS = tuple(_HEADERS)
_LISTS = [_FIELDS.index(name) for name in ("intents", "serp_features", "trend")]
_COMPETITION = _FIELDS.index("competition")


def keyword_csv(context: TenantContext, rows: _Rows) -> Iterator[str]:
    """The lines of the keywords that `rows` gives in the caller's scope, oldest first, with a header."""
    return csv_lines(COLUMNS, _cells(context, rows))


def keyword_workbook(context: TenantContext, rows: _Rows) -> Iterator[bytes]:
    """The bytes of a workbook with the same rows."""
    return xlsx_chunks(title="Keywords", columns=COLUMNS, rows=_cells(context, rows))


def _cells(context: TenantContext, rows: _Rows) -> Iterator[Sequence[object]]:
    for *values, _id in rows_stream(context, rows, (*_FIELDS, "id")):
        for at in _LISTS:
            values[at] = ", ".join(map(str, values[at]))
        values[_COMPETITION] = _share(values[_COMPETITION])
        yield values


def _share(value: float | None) -> Decimal | None:
    """A number as people write it: a small float would be shown as 1e-05."""
    return None if value is None else Decimal(f"{value:.6f}").normalize()
