"""The layout of each tool's export as one table, which column is which field and how its cells read; never a loop."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .cells import (
    parse_features,
    parse_intent_codes,
    parse_intents,
    parse_keyword,
    parse_monthly_volumes,
    parse_phrase,
    parse_shares,
    parse_tags,
)
from .numbers import parse_count, parse_density, parse_difficulty, parse_money, parse_volume
from .places import parse_country, parse_language, parse_only_language
from .rows import SourceTool

Field = Literal[
    "text",
    "country",
    "language",
    "volume",
    "difficulty",
    "cpc",
    "competition",
    "intents",
    "serp_features",
    "trend",
    "parent_topic",
    "traffic_potential",
    "global_volume",
    "tags",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a keyword, the reader of its cells, and the headers it goes by, the most specific first.

    A header is compared without case and repeated blanks; "CPC (USD)" is also "cpc", "KD %" also "kd" (layouts.py).
    `parse` receives a trimmed cell that is not empty and raises CellRefused.
    """

    field: Field
    parse: Callable[[str], object]
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One layout.

    A file has it when its header row holds all headers of one of `telltales`, or when `filename` matches. The group
    `country` of `filename`, if any, is the market of rows without a country of their own. `allows_short_rows`: a
    row may leave out its last cells, as people do in a list of their own; a tool's export never does.
    """

    tool: SourceTool
    label: str
    columns: tuple[Column, ...]
    telltales: tuple[frozenset[str], ...]
    filename: re.Pattern[str] | None = None
    allows_short_rows: bool = False


def _telltales(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split(",")) for group in groups)


_KEYWORD = Column("text", parse_keyword, ("keyword",))
_INTENT = Column("intents", parse_intents, ("intent",))
_VOLUME = Column("volume", parse_volume, ("volume",))
_CPC = Column("cpc", parse_money, ("cpc",))
_SERP_FEATURES = Column("serp_features", parse_features, ("serp features",))
_KEYWORD_DIFFICULTY = Column("difficulty", parse_difficulty, ("keyword difficulty",))
_COMPETITIVE_DENSITY = Column("competition", parse_density, ("competitive density",))
_TREND = Column("trend", parse_shares, ("trend",))
_DATABASE = Column("country", parse_country, ("database",))

SEMRUSH_STRATEGY_BUILDER = ExportFormat(
    tool=SourceTool.SEMRUSH_STRATEGY_BUILDER,
    label="Semrush Strategy Builder",
    columns=(
        _DATABASE,
        _KEYWORD,
        Column("parent_topic", parse_phrase, ("topic",)),
        Column("tags", parse_tags, ("tags",)),
        _VOLUME,
        _KEYWORD_DIFFICULTY,
        _CPC,
        _COMPETITIVE_DENSITY,
        _INTENT,
        _SERP_FEATURES,
        _TREND,
    ),
    telltales=_telltales(
        "database,keyword,seed keyword", "keyword,page type,topic", "keyword,content references"
    ),
)

SEMRUSH_API = ExportFormat(
    tool=SourceTool.SEMRUSH_API,
    label="Semrush API",
    columns=(
        _DATABASE,
        _KEYWORD,
        Column("volume", parse_volume, ("search volume",)),
        Column("difficulty", parse_difficulty, ("keyword difficulty index",)),
        _CPC,
        Column("competition", parse_density, ("competition",)),
        Column("trend", parse_shares, ("trends",)),
        Column("intents", parse_intent_codes, ("intent", "intents")),
    ),
    telltales=_telltales(
        "keyword,search volume,keyword difficulty index",
        "database,keyword,search volume",
        "keyword,search volume,cpc,competition,number of results,trends",
    ),
)

SEMRUSH_KEYWORD_MAGIC = ExportFormat(
    tool=SourceTool.SEMRUSH_KEYWORD_MAGIC,
    label="Semrush Keyword Magic",
    columns=(
        _KEYWORD,
        _INTENT,
        _VOLUME,
        _TREND,
        _KEYWORD_DIFFICULTY,
        _CPC,
        _COMPETITIVE_DENSITY,
        _SERP_FEATURES,
    ),
    telltales=_telltales(
        "keyword,volume,competitive density",
        "keyword,volume,trend,keyword difficulty",
        "keyword,volume,intent,keyword difficulty,serp features",
    ),
    filename=re.compile(
        r".+_(?:broad-match|phrase-match|exact-match|related|all-keywords|questions)"
        r"_(?P<country>[a-z]{2})_\d{4}-\d{2}-\d{2}\b.*",
        re.IGNORECASE,
    ),
)

AHREFS_KEYWORDS_EXPLORER = ExportFormat(
    tool=SourceTool.AHREFS_KEYWORDS_EXPLORER,
    label="Ahrefs Keywords Explorer",
    columns=(
        _KEYWORD,
        Column("country", parse_country, ("country",)),
        Column("difficulty", parse_difficulty, ("difficulty",)),
        _VOLUME,
        _CPC,
        Column("parent_topic", parse_phrase, ("parent keyword", "parent topic")),
        _SERP_FEATURES,
        Column("global_volume", parse_count, ("global volume",)),
        Column("traffic_potential", parse_count, ("traffic potential",)),
        Column("intents", parse_intents, ("intents",)),
        Column("language", parse_only_language, ("languages",)),
        Column("trend", parse_monthly_volumes, ("sv trend",)),
    ),
    telltales=_telltales(
        "keyword,difficulty,parent keyword",
        "keyword,difficulty,parent topic",
        "keyword,difficulty,cps",
        "keyword,difficulty,global volume",
        "keyword,difficulty,traffic potential",
        "#,keyword,difficulty,volume",
    ),
    filename=re.compile(r"google_(?P<country>[a-z]{2})_.+_\d{4}-\d{2}-\d{2}.*", re.IGNORECASE),
)

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
        Column("parent_topic", parse_phrase, ("parent topic", "parent keyword")),
        Column("traffic_potential", parse_count, ("traffic potential",)),
        Column("global_volume", parse_count, ("global volume", "global search volume")),
        Column("tags", parse_tags, ("tags", "tag", "labels", "label")),
    ),
    telltales=tuple(frozenset((header,)) for header in _PLAIN_KEYWORDS),
    allows_short_rows=True,
)

# The first that fits wins: a layout stands before those whose headers it contains.
FORMATS: Sequence[ExportFormat] = (
    SEMRUSH_STRATEGY_BUILDER,
    SEMRUSH_API,
    AHREFS_KEYWORDS_EXPLORER,
    SEMRUSH_KEYWORD_MAGIC,
    PLAIN_LIST,
)
