"""What a keyword export yields, one frozen value per record; it must never know a file format or a database."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class SourceTool(StrEnum):
    """The tool whose layout a file has; the value is stored with every keyword."""

    SEMRUSH_KEYWORD_MAGIC = "semrush_keyword_magic"
    SEMRUSH_STRATEGY_BUILDER = "semrush_strategy_builder"
    SEMRUSH_API = "semrush_api"
    SEMRUSH_POSITIONS = "semrush_positions"
    AHREFS_KEYWORDS_EXPLORER = "ahrefs_keywords_explorer"
    AHREFS_ORGANIC_KEYWORDS = "ahrefs_organic_keywords"
    GOOGLE_KEYWORD_PLANNER = "google_keyword_planner"
    SEARCH_CONSOLE = "search_console"
    OWN_EXPORT = "own_export"
    PLAIN_LIST = "plain_list"


class RejectReason(StrEnum):
    """Why one record was refused; stable, so that a report can count and translate them."""

    KEYWORD_EMPTY = "keyword_empty"
    KEYWORD_TOO_LONG = "keyword_too_long"
    KEYWORD_WITHOUT_LETTERS = "keyword_without_letters"
    CONTROL_CHARACTER = "control_character"
    CELLS_MISSING = "cells_missing"
    CELLS_EXTRA = "cells_extra"
    HEADER_REPEATED = "header_repeated"
    RECORD_TOO_LONG = "record_too_long"
    TEXT_TOO_LONG = "text_too_long"
    NUMBER_UNREADABLE = "number_unreadable"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    COUNTRY_UNKNOWN = "country_unknown"
    LANGUAGE_UNKNOWN = "language_unknown"


class KeywordRow(NamedTuple):
    """One keyword as the export states it; an empty cell is None (or an empty tuple), never 0.

    A tuple, because a file has millions of them and a frozen dataclass takes ten times as long to make.
    `text` is 1 to 200 characters, trimmed and otherwise as written: a cell that looks like a spreadsheet formula
    ("=1+1 shoes") is kept as text and never executed, so whoever writes it into a spreadsheet again must escape it;
    the apostrophe of such an escape ("'=1+1 shoes") is taken off again.
    `country` is a lower-case ISO 3166-1 alpha-2 code, `language` a lower-case ISO 639-1 code.
    `volume`, `global_volume` and `traffic_potential` are per month and at most 2,147,483,647; when the tool gives a
    range, `volume` is None and `volume_min`/`volume_max` hold its ends (an open end is None, "<10" starts at 0).
    `difficulty` is the keyword difficulty, 0 to 100, rounded half up. `cpc` is in `cpc_currency` (ISO 4217, None
    when the file does not say) and at most 1,000,000. `competition` is the density of advertisers, 0 to 1; it says
    nothing about the difficulty. `intents` are informational, navigational, commercial, transactional, in the file's
    order. `trend` has up to 12 months, oldest first, each 0 to 1 relative to the peak month.
    `url` is the page that `position`, `previous_position`, `clicks`, `impressions` and `traffic` (visits a month) are
    of; without one, they are of the query as a whole. `serp_urls` are other pages that rank, at places not known.
    `seen_on` is the day that the row says its figures are of. `intent_source`, `language_source` and `origin` (the tool
    that the figures came from) are known to our own exports alone.
    """

    line_number: int
    text: str
    source_tool: SourceTool
    country: str | None = None
    language: str | None = None
    volume: int | None = None
    volume_min: int | None = None
    volume_max: int | None = None
    difficulty: int | None = None
    cpc: Decimal | None = None
    cpc_currency: str | None = None
    competition: Decimal | None = None
    intents: tuple[str, ...] = ()
    serp_features: tuple[str, ...] = ()
    trend: tuple[float, ...] = ()
    parent_topic: str | None = None
    traffic_potential: int | None = None
    global_volume: int | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    serp_urls: tuple[str, ...] = ()
    position: float | None = None
    previous_position: float | None = None
    clicks: int | None = None
    impressions: int | None = None
    traffic: int | None = None
    seen_on: date | None = None
    intent_source: str | None = None
    language_source: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One record that was refused: `message` is one sentence for a person, `raw` at most 200 characters of it.

    Control characters in both (but TAB and line ends) are shown as U+FFFD, so that they can be stored and displayed.
    """

    line_number: int
    reason: RejectReason
    message: str
    raw: str
