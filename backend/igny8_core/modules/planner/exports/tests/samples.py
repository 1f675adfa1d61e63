"""Builds exports as bytes and reads them; it holds no expectations."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from igny8_core.modules.planner.exports import ExportReader, KeywordRow, RejectedRow, open_export

KEYWORD_MAGIC_HEADER = (
    "Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD),"
    "Competitive Density,SERP Features,Number of Results"
)
AHREFS_2025_HEADER = (
    "#,Keyword,Country,Difficulty,Volume,CPC,CPS,Parent Keyword,Last Update,SERP Features,Global volume,"
    "Traffic potential,Global traffic potential,First seen,Intents"
)


def opened(content: bytes | str, *, filename: str = "list.csv", max_bytes: int = 10_000_000) -> ExportReader:
    """The reader of an export held in memory; text is written as UTF-8."""
    data = content.encode() if isinstance(content, str) else content
    return open_export(io.BytesIO(data), filename=filename, max_bytes=max_bytes)


def rows_of(content: bytes | str, *, filename: str = "list.csv") -> list[KeywordRow | RejectedRow]:
    """Every row and refusal of an export."""
    return list(opened(content, filename=filename))


def only_keyword(content: bytes | str, *, filename: str = "list.csv") -> KeywordRow:
    """The one keyword of an export that holds nothing else."""
    [row] = rows_of(content, filename=filename)
    assert isinstance(row, KeywordRow), row
    return row


def only_rejection(content: bytes | str, *, filename: str = "list.csv") -> RejectedRow:
    """The one refusal of an export that holds nothing else."""
    [row] = rows_of(content, filename=filename)
    assert isinstance(row, RejectedRow), row
    return row


def written(path: Path, content: bytes | str) -> Path:
    """A file with this content; text is written as UTF-8."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(members: dict[str, bytes | str]) -> bytes:
    """A ZIP archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(*sheets: list[list[Any]], formats: dict[str, str] | None = None) -> bytes:
    """An Excel workbook of these rows; `formats` gives cells of the first sheet a number format."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    for place, number_format in (formats or {}).items():
        book.worksheets[0][place].number_format = number_format
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def part_replaced(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive with one part changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({name: change(data) if name == part else data for name, data in parts.items()})
