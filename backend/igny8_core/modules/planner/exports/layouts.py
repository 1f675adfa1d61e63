"""Recognises a header row and binds its cells to the columns of one format; it must never look at a data row."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from igny8_core.common.text import excerpt

from .columns import Column, Columns, ExportFormat, Field
from .formats import FORMATS, PLAIN_LIST
from .places import country_code
from .refusals import printable

# A currency, a market, a percent sign or months behind a name; any other words make it another column.
_QUALIFIER = re.compile(r"\s*(?:\((?:%|[A-Za-z]{2,3}|[\d\s/–—-]+)\)|%)$")
_CURRENCY = re.compile(r"\(([A-Z]{3})\)$")
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A column of the format at its place in the file, with the header as written there."""

    index: int
    header: str
    column: Column


@dataclass(frozen=True, slots=True)
class BoundGroup:
    """Columns of the file that give one field together, and the reader of their cells."""

    indexes: tuple[int, ...]
    headers: tuple[str, ...]
    field: Field
    read: Callable[[Sequence[str]], object]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a header row means. `width` is the number of cells of a whole row."""

    format: ExportFormat
    columns: tuple[BoundColumn, ...]
    groups: tuple[BoundGroup, ...]
    header: tuple[str, ...]
    cpc_currency: str | None

    @property
    def width(self) -> int:
        return len(self.header)

    @property
    def fields(self) -> dict[int, Field]:
        """The field that each column is read as, by its place in the file."""
        found = {bound.index: bound.column.field for bound in self.columns}
        return found | {index: group.field for group in self.groups for index in group.indexes}

    @property
    def names(self) -> tuple[str, ...]:
        """What each column is called where people speak of it."""
        return column_names(self.header)

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The headers that fields are read from, in file order."""
        return tuple(self.header[index] for index in sorted(self.fields))

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """The headers that no field is read from, in file order."""
        bound = self.fields
        return tuple(name for index, name in enumerate(self.header) if index not in bound and name)


def match_layout(cells: Sequence[str], *, filename: str) -> Layout | None:
    """The layout whose header row these cells are, None when they name no keyword column.

    A file name decides only between formats that read as many columns: people edit an export and keep its name.
    """
    header = header_trimmed(cells)
    positions = _Positions(header)
    for export_format in FORMATS[:-1]:
        if _has_telltale(export_format, positions):
            return _bind(export_format, positions, header)
    if not _has_telltale(PLAIN_LIST, positions):
        return None
    plain = _bind(PLAIN_LIST, positions, header)
    return _named_layout(plain, positions, filename=filename) or plain


def filename_country(filename: str) -> str | None:
    """The ISO country that a tool put into its file name ("shoes_broad-match_uk_2026-05-01.csv": gb), or None."""
    for export_format in FORMATS:
        if export_format.filename and (match := export_format.filename.fullmatch(filename)):
            return country_code(match["country"])
    return None


def header_trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of a header row: blanks collapsed, empty ones at its end left out."""
    header = [printable(" ".join(cell.split())) for cell in cells]
    while header and not header[-1]:
        header.pop()
    return tuple(header)


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """A name for each column that no other has: its header cut to 80 characters, else its place ("Column 3").

    The second "Volume" of a file is "Volume (2)".
    """
    names: dict[str, None] = {}
    seen: dict[str, int] = {}
    for place, cell in enumerate(header, start=1):
        plain = name = excerpt(cell, max_length=_NAME_LENGTH) or f"Column {place}"
        while name in names:
            seen[plain] = seen.get(plain, 1) + 1
            name = f"{plain} ({seen[plain]})"
        names[name] = None
    return tuple(names)


class _Positions:
    """Where each name of a header row stands first: as written, or without its qualifier."""

    def __init__(self, header: Sequence[str]) -> None:
        names = [unicodedata.normalize("NFKC", cell).casefold() for cell in header]
        self.exact: dict[str, int] = {}
        for index, name in enumerate(names):
            self.exact.setdefault(name, index)
        # Whole names stand before those that only a cut-off qualifier yields.
        self.all = dict(self.exact)
        for index, name in enumerate(names):
            self.all.setdefault(_QUALIFIER.sub("", name), index)

    def of(self, column: Column) -> int | None:
        """The place of the first of a column's headers that is there."""
        known = self.exact if column.is_exact else self.all
        return next((known[name] for name in column.headers if name in known), None)


def _has_telltale(export_format: ExportFormat, positions: _Positions) -> bool:
    return any(telltale <= positions.all.keys() for telltale in export_format.telltales)


def _bind(export_format: ExportFormat, positions: _Positions, header: tuple[str, ...]) -> Layout:
    found = ((positions.of(column), column) for column in export_format.columns)
    bound = tuple(BoundColumn(index, header[index], column) for index, column in found if index is not None)
    groups = tuple(group for one in export_format.groups if (group := _bind_group(one, header)))
    return Layout(export_format, bound, groups, header, currency_of(bound))


def _bind_group(columns: Columns, header: tuple[str, ...]) -> BoundGroup | None:
    indexes = tuple(index for index, name in enumerate(header) if columns.pattern.fullmatch(name))
    headers = tuple(header[index] for index in indexes)
    return BoundGroup(indexes, headers, columns.field, columns.combine(headers)) if indexes else None


def currency_of(bound: Sequence[BoundColumn]) -> str | None:
    """The currency that the header of the CPC states, or None."""
    cpc = next((item.header for item in bound if item.column.field == "cpc"), "")
    currency = _CURRENCY.search(cpc)
    return currency[1] if currency else None


def _named_layout(plain: Layout, positions: _Positions, *, filename: str) -> Layout | None:
    for export_format in FORMATS[:-1]:
        if export_format.filename and export_format.filename.fullmatch(filename):
            layout = _bind(export_format, positions, plain.header)
            has_keyword = any(item.column.field == "text" for item in layout.columns)
            return layout if has_keyword and len(layout.columns) >= len(plain.columns) else None
    return None
