"""Opens a keyword export and yields its keywords and refusals as a stream; it must never drop a record silently."""

import ntpath
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, BinaryIO, Self

from .decoding import detect_encoding
from .errors import ExportKeywordColumnMissing, ExportRecordTooLong, ExportTruncated
from .layouts import Layout, filename_country, match_layout
from .records import Dialect, RecordStream
from .refusals import CellRefused, printable, quoted
from .rows import KeywordRow, RejectedRow, RejectReason, SourceTool

DEFAULT_MAX_BYTES = 100_000_000
_HEADER_SEARCH_RECORDS = 20
_DELIMITERS = (
    "\t",
    ";",
    ",",
)  # on a tie the rarer one: a header of one cell has its commas inside the keywords
_SHOWN_HEADERS = 12
_RAW_LENGTH = 200
_NAME_LENGTH = 80


def open_export(
    source: str | os.PathLike[str] | BinaryIO, *, filename: str, max_bytes: int = DEFAULT_MAX_BYTES
) -> "ExportReader":
    """Recognise a keyword export and return its reader; nothing but the header row is interpreted yet.

    `source` is a path or a seekable binary file at any position (a file stays open and is the caller's to close);
    `filename` is the name the user knows it by: it stands in messages, and may name the tool and the country. The
    bytes are read once to decide the encoding. Raises a subclass of ExportUnreadable.
    """
    basename = ntpath.basename(filename) or filename
    if isinstance(source, str | os.PathLike):
        with ExitStack() as unless_read:
            stream = unless_read.enter_context(open(source, "rb"))
            reader = ExportReader(stream, filename=basename, max_bytes=max_bytes, closes_stream=True)
            unless_read.pop_all()
        return reader
    return ExportReader(source, filename=basename, max_bytes=max_bytes, closes_stream=False)


@dataclass(frozen=True, slots=True)
class _Header:
    """A header row found: how the file is cut, what the row means, and the line it starts on."""

    dialect: Dialect
    layout: Layout
    line_number: int

    @property
    def rank(self) -> tuple[int, int]:
        """The more columns are recognised, and the earlier the row, the likelier it is the header."""
        return len(self.layout.columns), -self.line_number


class ExportReader:
    """A recognised keyword export; each iteration is a new pass over the file, one at a time.

    Iterating yields KeywordRow and RejectedRow in file order, skips blank records, and holds one record in memory.
    It raises ExportRecordTooLong or ExportTruncated where the damage is met: rows yielded before are then part of an
    incomplete file, and an import that is all or nothing must be rolled back. Repeated keywords are yielded as they
    come. `header`, `read_columns`, `ignored_columns`, `encoding`, `delimiter`, `tool`, `label` and `country` are for a
    preview.
    """

    def __init__(self, stream: BinaryIO, *, filename: str, max_bytes: int, closes_stream: bool) -> None:
        name = quoted(filename, max_length=_NAME_LENGTH)
        self._stream = stream
        self._closes_stream = closes_stream
        self.filename = filename
        self.encoding = detect_encoding(stream, name=name, max_bytes=max_bytes)
        self._header = _find_header(stream, encoding=self.encoding, name=name, filename=filename)
        self.country = filename_country(filename)

    @property
    def tool(self) -> SourceTool:
        """The tool whose layout the file has."""
        return self._header.layout.format.tool

    @property
    def label(self) -> str:
        """The tool's name for a person."""
        return self._header.layout.format.label

    @property
    def delimiter(self) -> str:
        """The character between two cells."""
        return self._header.dialect.delimiter

    @property
    def header(self) -> tuple[str, ...]:
        """The header row as written."""
        return self._header.layout.header

    @property
    def header_line_number(self) -> int:
        """The line that the header row starts on, from 1."""
        return self._header.line_number

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The headers that fields are read from, in file order."""
        bound = sorted(self._header.layout.columns, key=lambda column: column.index)
        return tuple(column.header for column in bound)

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """The headers that no field is read from."""
        return self._header.layout.ignored_columns

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file if it was opened from a path; a caller's own file stays open."""
        if self._closes_stream:
            self._stream.close()

    def __iter__(self) -> Iterator[KeywordRow | RejectedRow]:
        records = RecordStream(self._stream, dialect=self._header.dialect)
        builder = _RowBuilder(self._header.layout, default_country=self.country)
        header_line_number = self._header.line_number
        for cells in records:
            if records.line_number <= header_line_number:
                continue
            try:
                row = builder.build(cells, line_number=records.line_number)
            except _RowRefused as refusal:
                yield _rejected(refusal, records=records)
            else:
                if row is not None:
                    yield row


class _RowRefused(ValueError):
    def __init__(self, reason: RejectReason, message: str) -> None:
        self.reason = reason
        self.message = message
        super().__init__(message)


def _rejected(refusal: _RowRefused, *, records: RecordStream) -> RejectedRow:
    raw = printable(records.raw.rstrip("\r\n")[:_RAW_LENGTH])
    return RejectedRow(records.line_number, refusal.reason, refusal.message, raw)


class _RowBuilder:
    """Makes keyword rows from records of one layout."""

    def __init__(self, layout: Layout, *, default_country: str | None) -> None:
        self._plan = [
            (item.index, item.column.field, item.column.parse, item.header) for item in layout.columns
        ]
        self._text_index = next(item.index for item in layout.columns if item.column.field == "text")
        self._width = layout.width
        self._allows_short_rows = layout.format.allows_short_rows
        self._tool = layout.format.tool
        self._cpc_currency = layout.cpc_currency
        self._default_country = default_country

    def build(self, cells: list[str], *, line_number: int) -> KeywordRow | None:
        """The keyword of one record, None for a blank one. Raises _RowRefused."""
        if len(cells) != self._width:
            if not any(map(str.strip, cells)):
                return None
            cells = self._fitted(cells)
        if not cells[self._text_index].strip():
            if not any(map(str.strip, cells)):
                return None
            raise _RowRefused(RejectReason.KEYWORD_EMPTY, "The row has no keyword.")
        return self._row(self._parsed(cells), line_number=line_number)

    def _fitted(self, cells: list[str]) -> list[str]:
        surplus = len(cells) - self._width
        if surplus > 0 and any(map(str.strip, cells[self._width :])):
            raise _RowRefused(
                RejectReason.CELLS_EXTRA,
                f"The row has {len(cells)} cells under {self._width} headers: a cell that holds the delimiter "
                "must stand in quotes.",
            )
        if surplus < 0 and not self._allows_short_rows:
            raise _RowRefused(
                RejectReason.CELLS_MISSING, f"The row has only {len(cells)} of {self._width} cells."
            )
        return cells[: self._width] + [""] * -surplus

    def _parsed(self, cells: list[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for index, field, parse, header in self._plan:
            if cell := cells[index].strip():
                try:
                    values[field] = parse(cell)
                except CellRefused as refusal:
                    message = f"The cell {quoted(header)} holds {quoted(cell)}, which is {refusal.complaint}."
                    raise _RowRefused(refusal.reason, message) from None
        return values

    def _row(self, values: dict[str, Any], *, line_number: int) -> KeywordRow:
        volume = values.pop("volume", None)
        if volume is not None:
            values["volume"], values["volume_min"], values["volume_max"] = volume
        money = values.pop("cpc", None)
        if money is not None:
            values["cpc"] = money.amount
            values["cpc_currency"] = money.currency or self._cpc_currency
        if "country" not in values:
            values["country"] = self._default_country
        return KeywordRow(line_number, source_tool=self._tool, **values)


def _find_header(stream: BinaryIO, *, encoding: str, name: str, filename: str) -> _Header:
    """The likeliest header row among the first records, under each delimiter that an export may use."""
    found: list[_Header] = []
    widest: Sequence[str] = ()
    problems: list[ExportRecordTooLong | ExportTruncated] = []
    for delimiter in _DELIMITERS:
        dialect = Dialect(name, encoding, delimiter)
        records, problem = _first_records(stream, dialect=dialect)
        problems += [problem] if problem else []
        for line_number, cells in records:
            widest = max(widest, cells, key=len)
            if layout := match_layout(cells, filename=filename):
                found.append(_Header(dialect, layout, line_number))
    if found:
        return max(found, key=lambda header: header.rank)
    if len(problems) == len(_DELIMITERS):
        raise problems[-1]
    raise _keyword_column_missing(widest, name=name)


def _first_records(
    stream: BinaryIO, *, dialect: Dialect
) -> tuple[list[tuple[int, list[str]]], ExportRecordTooLong | ExportTruncated | None]:
    """The first records that are not blank, and what stopped the reading, which a wrong delimiter can cause."""
    records = RecordStream(stream, dialect=dialect)
    filled = ((records.line_number, cells) for cells in records if any(cells))
    seen: list[tuple[int, list[str]]] = []
    try:
        for record in islice(filled, _HEADER_SEARCH_RECORDS):
            seen.append(record)
    except (ExportRecordTooLong, ExportTruncated) as problem:
        return seen, problem
    return seen, None


def _keyword_column_missing(cells: Sequence[str], *, name: str) -> ExportKeywordColumnMissing:
    shown = ", ".join(quoted(cell) for cell in cells[:_SHOWN_HEADERS] if cell.strip())
    more = ", …" if len(cells) > _SHOWN_HEADERS else ""
    return ExportKeywordColumnMissing(
        f'The file {name} has no column named "Keyword"; its columns seem to be: {shown}{more}.'
    )
