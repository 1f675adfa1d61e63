"""The layouts of Semrush: Keyword Magic, Strategy Builder, the API's export and Positions; tables only."""

import re

from .cells import (
    parse_day,
    parse_features,
    parse_intent_codes,
    parse_intents,
    parse_phrase,
    parse_shares,
    parse_tags,
)
from .columns import (
    COMPETITIVE_DENSITY,
    CPC,
    DATABASE,
    INTENT,
    KEYWORD,
    KEYWORD_DIFFICULTY,
    SERP_FEATURES,
    TREND,
    VOLUME,
    Column,
    ExportFormat,
    telltales,
)
from .numbers import parse_density, parse_difficulty, parse_position, parse_visits, parse_volume
from .rows import SourceTool
from .urls import parse_url, parse_urls

SEMRUSH_STRATEGY_BUILDER = ExportFormat(
    tool=SourceTool.SEMRUSH_STRATEGY_BUILDER,
    label="Semrush Strategy Builder",
    columns=(
        DATABASE,
        KEYWORD,
        Column("parent_topic", parse_phrase, ("topic",)),
        Column("tags", parse_tags, ("tags",)),
        VOLUME,
        KEYWORD_DIFFICULTY,
        CPC,
        COMPETITIVE_DENSITY,
        INTENT,
        SERP_FEATURES,
        TREND,
        # The name of a planned page, or the address of one that exists.
        Column("url", parse_url, ("page",)),
        Column("serp_urls", parse_urls, ("content references",)),
    ),
    telltales=telltales(
        "database,keyword,seed keyword", "keyword,page type,topic", "keyword,content references"
    ),
)

SEMRUSH_POSITIONS = ExportFormat(
    tool=SourceTool.SEMRUSH_POSITIONS,
    label="Semrush Positions",
    columns=(
        KEYWORD,
        Column("volume", parse_volume, ("search volume",)),
        KEYWORD_DIFFICULTY,
        CPC,
        Column("competition", parse_density, ("competition",)),
        Column("trend", parse_shares, ("trends",)),
        Column("serp_features", parse_features, ("serp features by keyword",)),
        Column("intents", parse_intents, ("keyword intents",)),
        Column("url", parse_url, ("url",)),
        Column("position", parse_position, ("position",)),
        Column("previous_position", parse_position, ("previous position",)),
        Column("traffic", parse_visits, ("traffic",), is_exact=True),
        Column("seen_on", parse_day, ("timestamp",)),
    ),
    telltales=telltales(
        "keyword,position,previous position,search volume", "keyword,position,url,traffic (%)"
    ),
    filename=re.compile(r".+-organic\.Positions-(?P<country>[a-z]{2})-\d{8}-.*", re.IGNORECASE),
)

SEMRUSH_API = ExportFormat(
    tool=SourceTool.SEMRUSH_API,
    label="Semrush API",
    columns=(
        DATABASE,
        KEYWORD,
        Column("volume", parse_volume, ("search volume",)),
        Column("difficulty", parse_difficulty, ("keyword difficulty index",)),
        CPC,
        Column("competition", parse_density, ("competition",)),
        Column("trend", parse_shares, ("trends",)),
        Column("intents", parse_intent_codes, ("intent", "intents")),
    ),
    telltales=telltales(
        "keyword,search volume,keyword difficulty index",
        "database,keyword,search volume",
        "keyword,search volume,cpc,competition,number of results,trends",
    ),
)

# The API's own names of columns (`export_columns=Ph,Nq,Cp,Co,Nr,Td`).
SEMRUSH_API_CODES = ExportFormat(
    tool=SourceTool.SEMRUSH_API,
    label="Semrush API",
    columns=(
        Column("country", DATABASE.parse, ("db",)),
        Column("text", KEYWORD.parse, ("ph",)),
        Column("volume", parse_volume, ("nq",)),
        Column("difficulty", parse_difficulty, ("kd",)),
        Column("cpc", CPC.parse, ("cp",)),
        Column("competition", parse_density, ("co",)),
        Column("trend", parse_shares, ("td",)),
        Column("intents", parse_intent_codes, ("in",)),
    ),
    telltales=telltales("ph,nq", "ph,cp,co", "ph,kd,in"),
)

SEMRUSH_KEYWORD_MAGIC = ExportFormat(
    tool=SourceTool.SEMRUSH_KEYWORD_MAGIC,
    label="Semrush Keyword Magic",
    columns=(
        KEYWORD,
        INTENT,
        VOLUME,
        TREND,
        KEYWORD_DIFFICULTY,
        CPC,
        COMPETITIVE_DENSITY,
        SERP_FEATURES,
    ),
    telltales=telltales(
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
