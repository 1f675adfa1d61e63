"""Recognises a header row and binds its cells to the columns of one format; it must never look at a data row."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .formats import FORMATS, PLAIN_LIST, Column, ExportFormat
from .places import country_code

# A currency, a market, a percent sign or months behind a name; any other words make it another column.
_QUALIFIER = re.compile(r"\s*(?:\((?:%|[A-Za-z]{2,3}|[\d\s/–—-]+)\)|%)$")
_CURRENCY = re.compile(r"\(([A-Z]{3})\)$")


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A column of the format at its place in the file, with the header as written there."""

    index: int
    header: str
    column: Column


@dataclass(frozen=True, slots=True)
class Layout:
    """What a header row means. `width` is the number of cells of a whole row."""

    format: ExportFormat
    columns: tuple[BoundColumn, ...]
    header: tuple[str, ...]
    cpc_currency: str | None

    @property
    def width(self) -> int:
        return len(self.header)

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """The headers that no field is read from, in file order."""
        bound = {column.index for column in self.columns}
        return tuple(name for index, name in enumerate(self.header) if index not in bound and name)


def match_layout(cells: Sequence[str], *, filename: str) -> Layout | None:
    """The layout whose header row these cells are, None when they name no keyword column.

    A file name decides only between formats that read as many columns: people edit an export and keep its name.
    """
    header = _trimmed(cells)
    positions = _positions(header)
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


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    header = [" ".join(cell.split()) for cell in cells]
    while header and not header[-1]:
        header.pop()
    return tuple(header)


def _positions(header: Sequence[str]) -> dict[str, int]:
    """Where each name stands first: whole names before those that only a cut-off qualifier yields."""
    names = [unicodedata.normalize("NFKC", cell).casefold() for cell in header]
    positions: dict[str, int] = {}
    for index, name in [*enumerate(names), *((i, _QUALIFIER.sub("", name)) for i, name in enumerate(names))]:
        positions.setdefault(name, index)
    return positions


def _has_telltale(export_format: ExportFormat, positions: dict[str, int]) -> bool:
    return any(telltale <= positions.keys() for telltale in export_format.telltales)


def _bind(export_format: ExportFormat, positions: dict[str, int], header: tuple[str, ...]) -> Layout:
    bound: list[BoundColumn] = []
    for column in export_format.columns:
        index = next((positions[name] for name in column.headers if name in positions), None)
        if index is not None:
            bound.append(BoundColumn(index, header[index], column))
    cpc = next((item.header for item in bound if item.column.field == "cpc"), "")
    currency = _CURRENCY.search(cpc)
    return Layout(export_format, tuple(bound), header, currency[1] if currency else None)


def _named_layout(plain: Layout, positions: dict[str, int], *, filename: str) -> Layout | None:
    for export_format in FORMATS[:-1]:
        if export_format.filename and export_format.filename.fullmatch(filename):
            layout = _bind(export_format, positions, plain.header)
            has_keyword = any(item.column.field == "text" for item in layout.columns)
            return layout if has_keyword and len(layout.columns) >= len(plain.columns) else None
    return None
