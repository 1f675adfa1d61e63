"""Rows as CSV and XLSX whose cells no spreadsheet takes for formulas, written one row at a time."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import StringIO
from typing import IO, Any

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# What a spreadsheet would take for a formula; the wide ones are the same keys of an East Asian keyboard.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "'"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no way to write them
_ROWS_IN_SHEET = 1_048_576
_WIDTHS = (10, 60)  # characters: the narrowest and the widest column


def safe_cell(value: object) -> int | float | Decimal | str:
    """A value as a cell: numbers stay numbers, a text that looks like a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return _MARK + text if text.lstrip(_MARK).startswith(_FORMULA) else text


def cell_text(text: str) -> str:
    """The text that `safe_cell` was given: what it put in front is taken away, everything else stays."""
    is_marked = text.startswith(_MARK) and text.lstrip(_MARK).startswith(_FORMULA)
    return text[len(_MARK) :] if is_marked else text


def csv_line(values: Iterable[object]) -> str:
    """One line with its end; its cells are safe."""
    buffer = StringIO()
    csv.writer(buffer).writerow([safe_cell(value) for value in values])
    return buffer.getvalue()


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A header and rows, line by line; the mark in front tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + csv_line(columns)
    for row in rows:
        yield csv_line(row)


def xlsx_write(
    target: IO[bytes], *, title: str, columns: Sequence[str], rows: Iterable[Iterable[object]]
) -> int:
    """Write rows as a workbook with a standing header and return how many; memory does not grow with them.

    More rows than a sheet holds go on in a further one. Every text is stored as text, whatever it looks like.
    """
    book = Workbook(write_only=True)
    count = 0
    sheet = None
    for row in rows:
        if sheet is None or count % (_ROWS_IN_SHEET - 1) == 0:
            sheet = _sheet(book, title, columns)
        sheet.append([_typed(sheet, safe_cell(value)) for value in row])
        count += 1
    if sheet is None:
        _sheet(book, title, columns)
    book.save(target)
    return count


def _sheet(book: Any, title: str, columns: Sequence[str]) -> Any:
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:28])
    sheet.freeze_panes = "A2"
    header = []
    for at, name in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = min(max(len(name) + 4, _WIDTHS[0]), _WIDTHS[1])
        cell = _typed(sheet, safe_cell(name))
        cell.font = Font(bold=True)
        header.append(cell)
    sheet.append(header)
    return sheet


def _typed(sheet: Any, value: int | float | Decimal | str) -> Any:
    cell = WriteOnlyCell(sheet, value=_UNPRINTABLE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # else a leading "=" would make it a formula
    return cell
