"""The layouts of Google: Keyword Planner, and Search Console's queries; tables only."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from .cells import parse_monthly_volumes
from .columns import KEYWORD, Column, Columns, ExportFormat, telltales
from .numbers import (
    Money,
    parse_count,
    parse_currency,
    parse_index,
    parse_money,
    parse_position,
    parse_volume,
)
from .places import parse_country_three
from .rows import SourceTool
from .urls import parse_url

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(r"searches:\s*([a-z]{3})[a-z]*\.?\s+(\d{4})", re.IGNORECASE)


def _monthly(headers: Sequence[str]) -> Callable[[Sequence[str]], tuple[float, ...]]:
    """The trend that one column a month gives, whatever order they stand in; empty where a month is missing."""
    order = sorted(range(len(headers)), key=lambda at: _month_of(headers[at]))[-12:]

    def read(cells: Sequence[str]) -> tuple[float, ...]:
        months = [cells[at].replace(",", "") for at in order]
        return parse_monthly_volumes(";".join(months)) if all(months) else ()

    return read


def _month_of(header: str) -> tuple[int, int]:
    found = _MONTH.fullmatch(header)
    if found is None or found[1].lower() not in _MONTHS:
        return (0, 0)
    return int(found[2]), _MONTHS.index(found[1].lower())


def _bids(headers: Sequence[str]) -> Callable[[Sequence[str]], Money | None]:
    """What a click is bid for: the middle between the low and the high bid for the top of the page, or the one given.

    It is no average cost per click, which the planner does not export; it is the nearest that there is.
    """

    def read(cells: Sequence[str]) -> Money | None:
        known = [money for cell in cells if cell and (money := parse_money(cell))]
        if not known:
            return None
        middle = sum((money.amount for money in known), Decimal(0)) / len(known)
        return Money(middle.quantize(Decimal("0.0001")), known[0].currency)

    return read


GOOGLE_KEYWORD_PLANNER = ExportFormat(
    tool=SourceTool.GOOGLE_KEYWORD_PLANNER,
    label="Google Keyword Planner",
    columns=(
        KEYWORD,
        Column("volume", parse_volume, ("avg. monthly searches",)),
        Column("cpc_currency", parse_currency, ("currency",)),
        # "Competition" itself is a word (Low, Medium, High); neither is a difficulty.
        Column("competition", parse_index, ("competition (indexed value)",), is_exact=True),
    ),
    groups=(
        Columns("cpc", re.compile(r"top of page bid \((?:low|high) range\)", re.IGNORECASE), _bids),
        Columns("trend", _MONTH, _monthly),
    ),
    telltales=telltales(
        "keyword,currency,avg. monthly searches", "keyword,avg. monthly searches,competition"
    ),
    has_buckets=True,
)

SEARCH_CONSOLE = ExportFormat(
    tool=SourceTool.SEARCH_CONSOLE,
    label="Google Search Console",
    columns=(
        Column("text", KEYWORD.parse, ("top queries", "query")),
        Column("url", parse_url, ("top pages", "page")),
        Column("country", parse_country_three, ("country",)),
        # Impressions are how often the site was shown, not how often the query was asked: never a volume.
        Column("clicks", parse_count, ("clicks",), is_exact=True),
        Column("impressions", parse_count, ("impressions",), is_exact=True),
        Column("position", parse_position, ("position",)),
    ),
    telltales=telltales("top queries,impressions", "query,clicks,impressions,position"),
)
