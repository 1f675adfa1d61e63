"""The layouts of Ahrefs: Keywords Explorer of 2020 to 2026, and Organic keywords; tables only."""

import re
from collections.abc import Callable, Sequence

from .cells import parse_day, parse_features, parse_intents, parse_monthly_volumes, parse_phrase
from .columns import CPC, KEYWORD, SERP_FEATURES, VOLUME, Column, Columns, ExportFormat, telltales
from .numbers import parse_count, parse_difficulty, parse_position, parse_visits
from .places import parse_country, parse_only_language
from .rows import SourceTool
from .urls import parse_url

_YES = frozenset({"true", "1", "yes"})


def _flagged(headers: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """The intents whose columns say true."""
    names = [header.lower() for header in headers]

    def read(cells: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name, cell in zip(names, cells, strict=True) if cell.lower() in _YES)

    return read


AHREFS_KEYWORDS_EXPLORER = ExportFormat(
    tool=SourceTool.AHREFS_KEYWORDS_EXPLORER,
    label="Ahrefs Keywords Explorer",
    columns=(
        KEYWORD,
        Column("country", parse_country, ("country",)),
        Column("difficulty", parse_difficulty, ("difficulty",)),
        VOLUME,
        CPC,
        Column("parent_topic", parse_phrase, ("parent keyword", "parent topic")),
        SERP_FEATURES,
        Column("global_volume", parse_count, ("global volume",)),
        Column("traffic_potential", parse_count, ("traffic potential",)),
        Column("intents", parse_intents, ("intents",)),
        Column("language", parse_only_language, ("languages",)),
        Column("trend", parse_monthly_volumes, ("sv trend",)),
        Column("seen_on", parse_day, ("last update",)),
    ),
    telltales=telltales(
        "keyword,difficulty,parent keyword",
        "keyword,difficulty,parent topic",
        "keyword,difficulty,cps",
        "keyword,difficulty,global volume",
        "keyword,difficulty,traffic potential",
        "#,keyword,difficulty,volume",
    ),
    filename=re.compile(r"google_(?P<country>[a-z]{2})_.+_\d{4}-\d{2}-\d{2}.*", re.IGNORECASE),
)

AHREFS_ORGANIC_KEYWORDS = ExportFormat(
    tool=SourceTool.AHREFS_ORGANIC_KEYWORDS,
    label="Ahrefs Organic keywords",
    columns=(
        KEYWORD,
        Column("country", parse_country, ("country", "country code")),
        VOLUME,
        Column("difficulty", parse_difficulty, ("kd",)),
        CPC,
        Column("serp_features", parse_features, ("serp features",)),
        Column("url", parse_url, ("current url",)),
        Column("position", parse_position, ("current position",)),
        Column("previous_position", parse_position, ("previous position",)),
        Column("traffic", parse_visits, ("current organic traffic", "organic traffic"), is_exact=True),
        Column("seen_on", parse_day, ("current date", "updated")),
    ),
    groups=(
        Columns(
            "intents",
            re.compile(r"informational|commercial|transactional|navigational", re.IGNORECASE),
            _flagged,
        ),
    ),
    telltales=telltales(
        "keyword,current position,current url",
        "keyword,current organic traffic",
        "keyword,kd,previous position,position change",
    ),
)
