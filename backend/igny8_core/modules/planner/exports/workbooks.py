"""Reads the sheets of an Excel workbook as records of text cells; it must never evaluate a formula."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from openpyxl import load_workbook

from .archives import archive_open, damage_told, markup_check
from .errors import ExportRecordTooLong
from .records import MAX_RECORD_LENGTH, RAW_LENGTH

MAX_COLUMNS = 1_000
MAX_SHEETS = 20
_PARTS = "xl/workbook.xml"
# How Excel writes a character that XML has no way to write; half of a pair is none.
_ESCAPE = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is an Excel workbook."""
    return any(member.filename == _PARTS for member in archive.infolist())


class Workbook:
    """An Excel workbook that is read row by row; its file stays the caller's.

    Of a formula the value that was stored with it is read, and nothing where there is none. What all cells share, the
    table of texts, is held in memory. Raises ExportUnsafe and ExportDamaged.
    """

    def __init__(self, stream: BinaryIO, *, name: str) -> None:
        self._name = name
        with archive_open(stream, name=name) as archive:
            markup_check(archive, name=name)
        stream.seek(0)
        with damage_told(name):
            self._book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)

    def sheets(self) -> list["SheetRecords"]:
        """The records of each sheet that can be seen, in order."""
        seen = [sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible"]
        return [SheetRecords(sheet, name=self._name) for sheet in seen[:MAX_SHEETS]]

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()


class SheetRecords:
    """One pass over a sheet, as `Records` says; `line_number` is the number of the row."""

    def __init__(self, sheet: Any, *, name: str) -> None:
        self._sheet = sheet
        self._name = name
        self._cells: list[str] = []
        self.line_number = 0
        self.is_too_long = False

    @property
    def raw(self) -> str:
        """The cells of the row, by tab."""
        return "\t".join(cell[:RAW_LENGTH] for cell in self._cells)

    def __iter__(self) -> Iterator[list[str]]:
        # What the file says of its own size pads every row to it, or cuts rows off.
        self._sheet.reset_dimensions()
        self.line_number = 0
        rows = self._sheet.iter_rows()
        while True:
            with damage_told(self._name):
                row = next(rows, None)
            if row is None:
                return
            self.line_number += 1
            if len(row) > MAX_COLUMNS:
                raise self._too_wide(len(row))
            self._cells = [_text(cell) for cell in row]
            self.is_too_long = sum(map(len, self._cells)) > MAX_RECORD_LENGTH
            yield [] if self.is_too_long else self._cells

    def _too_wide(self, width: int) -> ExportRecordTooLong:
        return ExportRecordTooLong(
            f"Row {self.line_number} of {self._name} has {width:,} cells; at most {MAX_COLUMNS:,} can be read."
        )


def _text(cell: Any) -> str:
    """A cell as a text export would have it: whole numbers without a fraction, days in ISO form, per cent as such."""
    value = cell.value
    if isinstance(value, str):
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value, cell)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""


def _number(value: float, cell: Any) -> str:
    if isinstance(value, float) and "%" in (cell.number_format or ""):
        return f"{round(value * 100, 10):.10g}%"
    if value == int(value):
        return str(int(value))
    return f"{value:.15f}".rstrip("0")
