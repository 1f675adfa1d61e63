"""What a layout is made of: fields, columns and how their cells read; it must never name a tool's layout."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .cells import (
    parse_features,
    parse_intents,
    parse_keyword,
    parse_phrase,
    parse_shares,
    parse_tags,
)
from .numbers import (
    parse_count,
    parse_density,
    parse_difficulty,
    parse_money,
    parse_position,
    parse_visits,
    parse_volume,
)
from .places import parse_country, parse_language
from .rows import SourceTool
from .urls import parse_url, parse_urls

Field = Literal[
    "text",
    "country",
    "language",
    "volume",
    "volume_min",
    "volume_max",
    "difficulty",
    "cpc",
    "cpc_currency",
    "competition",
    "intents",
    "serp_features",
    "trend",
    "parent_topic",
    "traffic_potential",
    "global_volume",
    "tags",
    "url",
    "serp_urls",
    "position",
    "previous_position",
    "clicks",
    "impressions",
    "traffic",
    "seen_on",
    "intent_source",
    "language_source",
    "origin",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a keyword, the reader of its cells, and the headers it goes by, the most specific first.

    A header is compared without case and repeated blanks; "CPC (USD)" is also "cpc", "KD %" also "kd" (layouts.py),
    unless the column `is_exact`. `parse` receives a trimmed cell that is not empty and raises CellRefused.
    """

    field: Field
    parse: Callable[[str], object]
    headers: tuple[str, ...]
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Several columns that give one field together: those whose header `pattern` matches whole, without case.

    `combine` receives the headers once and returns the reader of their trimmed cells, empty ones included, in the
    order of the file.
    """

    field: Field
    pattern: re.Pattern[str]
    combine: Callable[[Sequence[str]], Callable[[Sequence[str]], object]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One layout.

    A file has it when its header row holds all headers of one of `telltales`, or when `filename` matches. The group
    `country` of `filename`, if any, is the market of rows without a country of their own. `allows_short_rows`: a
    row may leave out its last cells, as people do in a list of their own; a tool's export never does.
    `has_buckets`: a file whose volumes are all powers of ten times five holds the middles of ranges.
    """

    tool: SourceTool
    label: str
    columns: tuple[Column, ...]
    telltales: tuple[frozenset[str], ...]
    groups: tuple[Columns, ...] = ()
    filename: re.Pattern[str] | None = None
    allows_short_rows: bool = False
    has_buckets: bool = False


def telltales(*groups: str) -> tuple[frozenset[str], ...]:
    """Sets of headers, each written with commas."""
    return tuple(frozenset(group.split(",")) for group in groups)


KEYWORD = Column("text", parse_keyword, ("keyword",))
INTENT = Column("intents", parse_intents, ("intent",))
VOLUME = Column("volume", parse_volume, ("volume",))
CPC = Column("cpc", parse_money, ("cpc",))
SERP_FEATURES = Column("serp_features", parse_features, ("serp features",))
KEYWORD_DIFFICULTY = Column("difficulty", parse_difficulty, ("keyword difficulty",))
COMPETITIVE_DENSITY = Column("competition", parse_density, ("competitive density",))
TREND = Column("trend", parse_shares, ("trend",))
DATABASE = Column("country", parse_country, ("database",))

_PLAIN_KEYWORDS = (
    "keyword,keywords,search term,search terms,search query,search queries,query,queries,keyphrase,"
    "key phrase,focus keyword,keyword phrase,phrase,term"
).split(",")

PLAIN_LIST = ExportFormat(
    tool=SourceTool.PLAIN_LIST,
    label="Plain keyword list",
    columns=(
        Column("text", parse_keyword, tuple(_PLAIN_KEYWORDS)),
        Column("country", parse_country, ("country", "country code", "market", "database")),
        Column("language", parse_language, ("language", "language code", "lang")),
        Column(
            "volume",
            parse_volume,
            (
                "search volume",
                "monthly search volume",
                "monthly volume",
                "monthly searches",
                "volume",
                "searches",
                "msv",
                "sv",
                "vol",
            ),
        ),
        Column(
            "difficulty",
            parse_difficulty,
            ("keyword difficulty", "keyword difficulty index", "seo difficulty", "difficulty", "kd", "sd"),
        ),
        Column("cpc", parse_money, ("cpc", "cost per click", "avg. cpc", "average cpc")),
        Column(
            "competition",
            parse_density,
            ("competitive density", "competition", "ads competition", "paid competition", "ppc competition"),
        ),
        Column(
            "intents",
            parse_intents,
            ("search intent", "keyword intent", "keyword intents", "intent", "intents"),
        ),
        Column("serp_features", parse_features, ("serp features", "serp features by keyword")),
        Column("trend", parse_shares, ("trend",)),
        Column("parent_topic", parse_phrase, ("parent topic", "parent keyword")),
        Column("traffic_potential", parse_count, ("traffic potential",)),
        Column("global_volume", parse_count, ("global volume", "global search volume")),
        Column("tags", parse_tags, ("tags", "tag", "labels", "label")),
        Column("url", parse_url, ("ranking url", "ranking page", "landing page", "url", "page url")),
        Column(
            "serp_urls", parse_urls, ("serp urls", "serp results", "top urls", "top 10 urls", "ranking urls")
        ),
        Column("position", parse_position, ("position", "rank", "ranking", "avg. position")),
        Column("clicks", parse_count, ("clicks",), is_exact=True),
        Column("impressions", parse_count, ("impressions",), is_exact=True),
        Column("traffic", parse_visits, ("organic traffic", "traffic"), is_exact=True),
    ),
    telltales=tuple(frozenset((header,)) for header in _PLAIN_KEYWORDS),
    allows_short_rows=True,
)
