"""Reads the numbers of keyword exports in any common notation; it must never turn an empty cell into 0."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from .refusals import CellRefused
from .rows import RejectReason

MAX_COUNT = 2_147_483_647  # the largest PostgreSQL integer
MAX_MONEY = 1_000_000
MAX_POSITION = 1_000_000
_BUCKETS = frozenset({0, *(5 * 10**power for power in range(1, 9))})
_MAX_NUMBER_LENGTH = 40
_CACHED_CELLS = 8192

_BLANKS = frozenset({"", "-", "–", "—", "n/a", "#n/a", "na", "nan", "null", "none"})
_SCALES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_SUFFIXED = re.compile(r"(.*?)\s*([kmb]?)", re.IGNORECASE | re.DOTALL)
_SIMPLE = re.compile(r"[0-9]+|[0-9]*[.,][0-9]+")
_GROUPED = re.compile(
    r"(?P<lead>[0-9]{1,3})(?P<sep>[.,\s'’])(?P<inner>(?:[0-9]{3}(?P=sep))*)[0-9]{3}"
    r"(?P<tail>(?!(?P=sep))[.,][0-9]+)?"
)
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")
_RANGE = re.compile(r"(.+?)\s*(?:[-–—]|\bto\b)\s*(.+)")
_CODE = re.compile(r"([A-Za-z]{3})\s*(.+)|(.+?)\s*([A-Za-z]{3})")
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "¥": "JPY"}
_DOLLAR = re.compile(r"([A-Z]{1,2}\$)\s*(.+)")
_DOLLARS = {"US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "R$": "BRL"}
_SHARE = Decimal("0.000001")  # finer than any tool counts
_ORDINALS = frozenset({"low", "medium", "high"})


class Volume(NamedTuple):
    """Searches per month: either exact, or the two ends of a range (an open end is None)."""

    exact: int | None
    minimum: int | None = None
    maximum: int | None = None


class Money(NamedTuple):
    """An amount and, when the cell itself names it, its ISO 4217 currency."""

    amount: Decimal
    currency: str | None


def _is_blank(cell: str) -> bool:
    """Whether a trimmed cell states that there is no value.

    Refuses a long cell at once: the patterns below take time that grows with the square of its length.
    """
    if len(cell) > _MAX_NUMBER_LENGTH:
        raise _unreadable()
    return cell.casefold() in _BLANKS


def _unreadable(complaint: str = "not a number") -> CellRefused:
    return CellRefused(RejectReason.NUMBER_UNREADABLE, complaint)


def _parse_digits(body: str, *, dot_groups: bool) -> Decimal:
    if _INDIAN.fullmatch(body):
        return Decimal(body.replace(",", ""))
    if match := _GROUPED.fullmatch(body):
        lead, separator, inner, tail = match.group("lead", "sep", "inner", "tail")
        is_single = not inner and not tail and separator in ".,"
        is_fraction = is_single and (lead == "0" or (separator == "." and not dot_groups))
        if not is_fraction:
            return Decimal(body.replace(separator, "").replace(",", "."))
    if not _SIMPLE.fullmatch(body):
        raise _unreadable()
    return Decimal(body.replace(",", "."))


def _parse_number(cell: str, *, is_count: bool) -> Decimal:
    """The value of "1.2K", "1,234", "1.234,5", "1 234" or "35".

    One separator before exactly three digits is ambiguous: a comma groups thousands, a dot does so in a whole number
    only, and neither does behind a leading zero or before a K, M or B (there the dot is a fraction).
    """
    match = _SUFFIXED.fullmatch(cell)
    body, suffix = match.groups() if match else (cell, "")
    return _parse_digits(body, dot_groups=is_count and not suffix) * _SCALES[suffix.lower()]


def _whole(number: Decimal, *, maximum: int) -> int:
    if number > maximum:
        raise CellRefused(RejectReason.NUMBER_OUT_OF_RANGE, f"more than {maximum:,}")
    return int(number.to_integral_value(ROUND_HALF_UP))


def _parse_bound(cell: str) -> int:
    return _whole(_parse_number(cell.strip(), is_count=True), maximum=MAX_COUNT)


@lru_cache(maxsize=_CACHED_CELLS)
def parse_count(cell: str) -> int | None:
    """A whole number from 0 to 2,147,483,647, rounded half up; None for "N/A" and "-".

    Raises CellRefused.
    """
    if _is_blank(cell):
        return None
    return _parse_bound(cell)


@lru_cache(maxsize=_CACHED_CELLS)
def parse_volume(cell: str) -> Volume | None:
    """A search volume: "1,300" is exact; "1K – 10K", "<10", ">1M" and "10K+" are ranges.

    Raises CellRefused.
    """
    if _is_blank(cell):
        return None
    if cell[0] in "<≤":
        return Volume(None, 0, _parse_bound(cell[1:].removeprefix("=")))
    if cell[0] in ">≥":
        return Volume(None, _parse_bound(cell[1:].removeprefix("=")))
    if cell[-1] == "+":
        return Volume(None, _parse_bound(cell[:-1]))
    if match := _RANGE.fullmatch(cell):
        return _volume_range(match[1], match[2])
    return Volume(_parse_bound(cell))


def _volume_range(low: str, high: str) -> Volume:
    minimum, maximum = _parse_bound(low), _parse_bound(high)
    if minimum > maximum:
        raise _unreadable("a range that runs backwards")
    return Volume(None, minimum, maximum)


@lru_cache(maxsize=_CACHED_CELLS)
def parse_difficulty(cell: str) -> int | None:
    """A keyword difficulty from 0 to 100, with or without a percent sign, rounded half up.

    Raises CellRefused.
    """
    if _is_blank(cell):
        return None
    return _whole(_parse_number(cell.removesuffix("%").rstrip(), is_count=False), maximum=100)


@lru_cache(maxsize=_CACHED_CELLS)
def parse_density(cell: str) -> Decimal | None:
    """The density of advertisers from 0 to 1 ("0.35" or "35%"), to a millionth; None for Low, Medium and High.

    The words are ranks of one tool, not a share, and would be invented digits here. Raises CellRefused.
    """
    if _is_blank(cell) or cell.casefold() in _ORDINALS:
        return None
    number = _parse_number(cell.removesuffix("%").rstrip(), is_count=False)
    density = number / 100 if cell.endswith("%") else number
    if density > 1:
        raise CellRefused(RejectReason.NUMBER_OUT_OF_RANGE, "not a share between 0 and 1")
    return density.quantize(_SHARE)


@lru_cache(maxsize=_CACHED_CELLS)
def parse_index(cell: str) -> Decimal | None:
    """A density of advertisers given as an index from 0 to 100. Raises CellRefused."""
    if _is_blank(cell):
        return None
    number = _parse_number(cell, is_count=False)
    if number > 100:
        raise CellRefused(RejectReason.NUMBER_OUT_OF_RANGE, "more than 100")
    return (number / 100).quantize(_SHARE)


@lru_cache(maxsize=_CACHED_CELLS)
def parse_position(cell: str) -> float | None:
    """A place among search results, averages included; None for 0, which says that the page does not rank.

    Raises CellRefused.
    """
    if _is_blank(cell):
        return None
    number = _parse_number(cell, is_count=False)
    if number > MAX_POSITION:
        raise CellRefused(RejectReason.NUMBER_OUT_OF_RANGE, f"more than {MAX_POSITION:,}")
    return float(number) or None


@lru_cache(maxsize=_CACHED_CELLS)
def parse_visits(cell: str) -> int | None:
    """An estimate of visits, which tools give with a fraction: rounded half up. Raises CellRefused."""
    if _is_blank(cell):
        return None
    return _whole(_parse_number(cell, is_count=False), maximum=MAX_COUNT)


def parse_currency(cell: str) -> str | None:
    """An ISO 4217 code; None for anything else."""
    return cell.upper() if len(cell) == 3 and cell.isascii() and cell.isalpha() else None


def volume_bucket(volume: Volume) -> Volume:
    """The range that a middle stands for: 500 is 100 to 1,000; anything else stays as it is."""
    exact = volume.exact
    if not exact or not is_bucket(exact):
        return volume
    return Volume(None, exact // 5, exact * 2)


def is_bucket(volume: int) -> bool:
    """Whether a volume is one of 50, 500, 5,000 and so on, or 0."""
    return volume in _BUCKETS


@lru_cache(maxsize=_CACHED_CELLS)
def parse_money(cell: str) -> Money | None:
    """An amount with an optional currency sign or code: "1.20", "1,20 €", "USD 1.20".

    Raises CellRefused.
    """
    if _is_blank(cell):
        return None
    body, currency = _split_currency(cell)
    amount = _parse_number(body, is_count=False)
    if amount > MAX_MONEY:
        raise CellRefused(RejectReason.NUMBER_OUT_OF_RANGE, f"more than {MAX_MONEY:,}")
    return Money(amount, currency)


def _split_currency(cell: str) -> tuple[str, str | None]:
    for sign, body in ((cell[0], cell[1:]), (cell[-1], cell[:-1])):
        if unicodedata.category(sign) == "Sc":
            return body.strip(), _SYMBOLS.get(sign)
    if match := _DOLLAR.fullmatch(cell):
        return match[2], _DOLLARS.get(match[1])
    if match := _CODE.fullmatch(cell):
        return (match[2] or match[3]), (match[1] or match[4]).upper()
    return cell, None
