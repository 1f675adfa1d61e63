"""Reads the text and list cells of exports: keywords, intents, SERP features, tags, trends; never a lone number."""

import math
import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from igny8_core.common.sheets import cell_text

from .refusals import CellRefused, has_controls
from .rows import RejectReason

MAX_KEYWORD_LENGTH = 200
_TREND_MONTHS = 12
_CACHED_CELLS = 4096
_CACHED_LENGTH = 500  # a longer list is read afresh, so that a hostile file cannot fill the cache

_SEPARATOR = re.compile(r"[,;|\n]")
_NUMBER_SEPARATOR = re.compile(r"[,;|\s]+")
_ORIGIN = re.compile(r"[a-z0-9_]{1,40}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_NAME = re.compile(r"[\W_]+")
_INTENTS = {
    "informational": "informational",
    "navigational": "navigational",
    "commercial": "commercial",
    "transactional": "transactional",
    "i": "informational",
    "n": "navigational",
    "c": "commercial",
    "t": "transactional",
}
# The numbering of the Semrush API's `In` column.
_INTENT_CODES = {"0": "commercial", "1": "informational", "2": "navigational", "3": "transactional"}


def parse_keyword(cell: str) -> str:
    """The keyword itself: at most 200 characters, with a letter or digit, without control characters.

    The apostrophe that keeps a spreadsheet from taking it for a formula is taken off. Raises CellRefused.
    """
    if cell[0] == "'":
        cell = cell_text(cell)
    if len(cell) > MAX_KEYWORD_LENGTH:
        raise CellRefused(RejectReason.KEYWORD_TOO_LONG, f"longer than {MAX_KEYWORD_LENGTH} characters")
    if not cell.isprintable():
        _refuse_control(cell)
    if not any(map(str.isalnum, cell)):
        raise CellRefused(RejectReason.KEYWORD_WITHOUT_LETTERS, "a text without a letter or digit")
    return cell


def _refuse_control(text: str) -> None:
    if has_controls(text):
        raise CellRefused(RejectReason.CONTROL_CHARACTER, "a text with a control character or line break")


def parse_phrase(cell: str) -> str:
    """A topic: one line of at most 200 characters without control characters. Raises CellRefused."""
    cell = cell_text(cell)
    if len(cell) > MAX_KEYWORD_LENGTH:
        raise CellRefused(RejectReason.TEXT_TOO_LONG, f"longer than {MAX_KEYWORD_LENGTH} characters")
    if not cell.isprintable():
        _refuse_control(cell)
    return cell


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in items if item))


def parse_tags(cell: str) -> tuple[str, ...]:
    """The labels of a list cell as written, without repeats. Raises CellRefused."""
    return _distinct(parse_phrase(part.strip()) for part in _SEPARATOR.split(cell))


def _features(cell: str) -> tuple[str, ...]:
    # In lower case first: a capital can become a letter and a mark, and a mark is no part of a name.
    return _distinct(_NOT_NAME.sub("_", part.lower()).strip("_") for part in _SEPARATOR.split(cell))


_features_cached = lru_cache(maxsize=_CACHED_CELLS)(_features)


def parse_features(cell: str) -> tuple[str, ...]:
    """SERP feature names in snake_case, so that "People also ask" is one feature in every tool's spelling."""
    return _features_cached(cell) if len(cell) <= _CACHED_LENGTH else _features(cell)


def _intents(cell: str) -> tuple[str, ...]:
    return _distinct(_INTENTS.get(part.strip().lower(), "") for part in _SEPARATOR.split(cell))


_intents_cached = lru_cache(maxsize=_CACHED_CELLS)(_intents)


def parse_intents(cell: str) -> tuple[str, ...]:
    """Search intents from words or badges (I, N, C, T); a word that names none of the four is left out.

    Tools mix other labels into the same cell ("Branded", "Non-local").
    """
    return _intents_cached(cell) if len(cell) <= _CACHED_LENGTH else _intents(cell)


def parse_intent_codes(cell: str) -> tuple[str, ...]:
    """Search intents from the number codes of the Semrush API ("1,0"), or from words."""
    codes = [part.strip() for part in _SEPARATOR.split(cell)]
    return _distinct(_INTENT_CODES.get(code) or _INTENTS.get(code.lower(), "") for code in codes)


def parse_source(cell: str) -> str | None:
    """Who said what the intent is: tool, rules or human; None for anything else."""
    return cell if cell in ("tool", "rules", "human") else None


def parse_origin(cell: str) -> str | None:
    """The name of a tool, as we store it; None for anything else."""
    return cell if _ORIGIN.fullmatch(cell) else None


def parse_day(cell: str) -> date | None:
    """The day that a date or time in ISO form begins with; None for anything else: no keyword is refused for it."""
    found = _DATE.match(cell)
    return _day(found[0]) if found else None


def day_in(text: str) -> date | None:
    """The first day in ISO form in a text, such as a file's name."""
    return next((day for found in _DATE.findall(text) if (day := _day(found))), None)


@lru_cache(maxsize=_CACHED_CELLS)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _floats(cell: str) -> tuple[float, ...]:
    try:
        values = tuple(map(float, cell.split(",")))  # the usual notation, in half the time
    except ValueError:
        values = tuple(float(part) for part in _NUMBER_SEPARATOR.split(cell.strip("[] ")) if part)
    if values and not (min(values) >= 0 and math.isfinite(sum(values))):
        raise ValueError(cell)
    return values


def parse_shares(cell: str) -> tuple[float, ...]:
    """A trend of up to 12 shares of the peak month, oldest first ("0.54,0.66,1.00"). Raises CellRefused."""
    if cell in ("-", "n/a", "N/A"):
        return ()
    try:
        values = _floats(cell)
    except ValueError:
        raise CellRefused(RejectReason.NUMBER_UNREADABLE, "not a list of numbers") from None
    if len(values) > _TREND_MONTHS or max(values, default=0) > 1:
        raise CellRefused(RejectReason.NUMBER_OUT_OF_RANGE, "not a list of up to 12 numbers between 0 and 1")
    return values


def parse_monthly_volumes(cell: str) -> tuple[float, ...]:
    """The last 12 of a list of monthly volumes, each divided by the largest of them; empty when it is no such list.

    For a column whose notation the tool does not document: a keyword is not refused for it.
    """
    try:
        values = _floats(cell)[-_TREND_MONTHS:]
    except ValueError:
        return ()
    peak = max(values, default=0.0)
    return tuple(round(value / peak, 4) if peak else 0.0 for value in values)
