"""All layouts that are recognised, in the order in which they are tried; it must never hold a layout itself."""

from collections.abc import Sequence

from .cells import (
    parse_day,
    parse_features,
    parse_intents,
    parse_keyword,
    parse_origin,
    parse_phrase,
    parse_shares,
    parse_source,
)
from .columns import PLAIN_LIST, Column, Columns, ExportFormat, Field, telltales
from .formats_ahrefs import AHREFS_KEYWORDS_EXPLORER, AHREFS_ORGANIC_KEYWORDS
from .formats_google import GOOGLE_KEYWORD_PLANNER, SEARCH_CONSOLE
from .formats_semrush import (
    SEMRUSH_API,
    SEMRUSH_API_CODES,
    SEMRUSH_KEYWORD_MAGIC,
    SEMRUSH_POSITIONS,
    SEMRUSH_STRATEGY_BUILDER,
)
from .numbers import parse_count, parse_currency, parse_density, parse_difficulty, parse_money
from .places import parse_country, parse_language
from .rows import SourceTool

__all__ = ["FORMATS", "OWN_EXPORT", "PLAIN_LIST", "Column", "Columns", "ExportFormat", "Field"]

# What the keyword list's own export writes: everything that an import can tell, so that nothing is lost on the way.
OWN_EXPORT = ExportFormat(
    tool=SourceTool.OWN_EXPORT,
    label="Keyword list of this product",
    columns=(
        Column("text", parse_keyword, ("keyword",)),
        Column("country", parse_country, ("country",)),
        Column("language", parse_language, ("language",)),
        Column("volume", parse_count, ("volume",)),
        Column("volume_min", parse_count, ("volume from",)),
        Column("volume_max", parse_count, ("volume to",)),
        Column("difficulty", parse_difficulty, ("difficulty",)),
        Column("cpc", parse_money, ("cpc",)),
        Column("cpc_currency", parse_currency, ("currency",)),
        Column("competition", parse_density, ("competition",)),
        Column("intents", parse_intents, ("intents",)),
        Column("intent_source", parse_source, ("intent source",)),
        Column("language_source", parse_source, ("language source",)),
        Column("serp_features", parse_features, ("serp features",)),
        Column("trend", parse_shares, ("trend",)),
        Column("parent_topic", parse_phrase, ("parent topic",)),
        Column("traffic_potential", parse_count, ("traffic potential",)),
        Column("global_volume", parse_count, ("global volume",)),
        Column("origin", parse_origin, ("source",)),
        Column("seen_on", parse_day, ("figures of",)),
    ),
    telltales=telltales("keyword,volume from,volume to,intent source"),
)

# The first that fits wins: a layout stands before those whose headers it contains.
FORMATS: Sequence[ExportFormat] = (
    OWN_EXPORT,
    SEMRUSH_STRATEGY_BUILDER,
    SEMRUSH_POSITIONS,
    SEMRUSH_API,
    SEMRUSH_API_CODES,
    AHREFS_ORGANIC_KEYWORDS,
    AHREFS_KEYWORDS_EXPLORER,
    GOOGLE_KEYWORD_PLANNER,
    SEARCH_CONSOLE,
    SEMRUSH_KEYWORD_MAGIC,
    PLAIN_LIST,
)
