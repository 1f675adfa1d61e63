"""Opens a keyword export and yields its keywords and refusals as a stream; it must never drop a record silently."""

import ntpath
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from types import TracebackType
from typing import BinaryIO, Self

from .building import RowBuilder, RowRefused
from .cells import day_in
from .columns import PLAIN_LIST
from .errors import (
    ExportEmpty,
    ExportKeywordColumnMissing,
    ExportRecordTooLong,
    ExportTruncated,
    ExportUnreadable,
)
from .guessing import header_likely, table_width
from .layouts import Layout, filename_country, header_trimmed, match_layout
from .mapping import ColumnFields, map_layout, place_layout
from .numbers import is_bucket
from .records import RAW_LENGTH, Records
from .refusals import printable, quoted
from .rows import KeywordRow, RejectedRow, RejectReason, SourceTool
from .sources import Member, Reading, Source, members_of, source_open

DEFAULT_MAX_BYTES = 100_000_000
_HEADER_SEARCH_RECORDS = 20
_BUCKET_SEARCH_RECORDS = 1_000
_SHOWN_HEADERS = 12
_NAME_LENGTH = 80


def open_export(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    filename: str,
    max_bytes: int = DEFAULT_MAX_BYTES,
    fields: ColumnFields | None = None,
    needs_keywords: bool = True,
) -> "ExportReader":
    """Recognise a keyword export and return its reader; nothing but the header row is interpreted yet.

    `source` is a path or a seekable binary file at any position (a file stays open and is the caller's to close);
    `filename` is the name the user knows it by: it stands in messages, and may name the tool, the country and the
    day. `fields` is the meaning that a person gave to the columns, by name or by place: it is used instead of our own
    reading. The bytes are read once to decide the encoding. A table whose header names no keyword column is refused,
    or, without `needs_keywords`, opened for a look at its columns. Raises a subclass of ExportUnreadable.
    """
    basename = ntpath.basename(filename) or filename
    with ExitStack() as unless_read:
        if isinstance(source, str | os.PathLike):
            stream: BinaryIO = unless_read.enter_context(open(source, "rb"))
        else:
            stream = source
        finder = _Finder(basename, fields, needs_keywords)
        found = _opened(stream, finder=finder, max_bytes=max_bytes, closing=unless_read)
        return ExportReader(found, filename=basename, closing=unless_read.pop_all())


@dataclass(frozen=True, slots=True)
class _Header:
    """A header row found: how the file is read, what it means, and the line it starts on, 0 where there is none."""

    reading: Reading
    layout: Layout
    line_number: int

    @property
    def rank(self) -> tuple[int, int]:
        """The more columns are recognised, and the earlier the row, the likelier it is the header."""
        return len(self.layout.fields), -self.line_number


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file with its header; `member` is its name inside an archive, or ""."""

    source: Source
    header: _Header
    member: str


class ExportReader:
    """A recognised keyword export; each iteration is a new pass over the file, one at a time.

    Iterating yields KeywordRow and RejectedRow in file order, skips blank records, and holds one record in memory.
    It raises ExportRecordTooLong or ExportTruncated where the damage is met: rows yielded before are then part of an
    incomplete file, and an import that is all or nothing must be rolled back. Repeated keywords are yielded as they
    come; of a table without keywords nothing can be. `header`, `names`, `fields`, `groups`, `read_columns`,
    `ignored_columns`, `container`, `encoding`, `delimiter`, `member`, `tool`, `label` and `country` are for a preview;
    `day` is the one that the file's name states.
    """

    def __init__(self, opened: _Opened, *, filename: str, closing: ExitStack) -> None:
        self._closing = closing
        self._header = opened.header
        self._layout = opened.header.layout
        self.filename = filename
        self.member = opened.member
        self.container, self.encoding = opened.source.container, opened.source.encoding
        self.delimiter = opened.header.reading.delimiter
        self.tool: SourceTool = self._layout.format.tool
        self.label = self._layout.format.label
        self.header, self.names = self._layout.header, self._layout.names
        self.header_line_number = opened.header.line_number
        self.read_columns, self.ignored_columns = self._layout.read_columns, self._layout.ignored_columns
        self.country = filename_country(filename)
        self.day: date | None = day_in(filename)
        self._has_buckets = self._layout.format.has_buckets and self._all_buckets()

    @property
    def fields(self) -> Mapping[str, str]:
        """The field that each column is read as, by the column's name."""
        return {self.names[index]: field for index, field in self._layout.fields.items()}

    @property
    def grouped(self) -> frozenset[str]:
        """The names of columns that give a field only together with others."""
        return frozenset(self.names[index] for group in self._layout.groups for index in group.indexes)

    @property
    def has_keywords(self) -> bool:
        """Whether a column is known to hold the keywords; without one there are no rows."""
        return "text" in self._layout.fields.values()

    @property
    def has_pages(self) -> bool:
        """Whether the file says which pages rank."""
        return not {"url", "serp_urls"}.isdisjoint(self._layout.fields.values())

    def first_cells(self, limit: int) -> list[list[str]]:
        """The cells of the first records below the header that are not blank, fit to be shown."""
        records = self._header.reading.records()
        below = (cells for cells in records if records.line_number > self.header_line_number and any(cells))
        return [[printable(cell) for cell in cells] for cells in islice(below, limit)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file if it was opened from a path, and what was unpacked; a caller's own file stays open."""
        self._closing.close()

    def __iter__(self) -> Iterator[KeywordRow | RejectedRow]:
        records = self._header.reading.records()
        builder = self._builder()
        header_line_number = self._header.line_number
        for cells in records:
            if records.line_number <= header_line_number:
                continue
            try:
                row = builder.build(cells, line_number=records.line_number)
            except RowRefused as refusal:
                yield _rejected(refusal, records=records)
            else:
                if row is not None:
                    yield row
                elif records.is_too_long:
                    yield _rejected(_TOO_LONG, records=records)

    def _builder(self) -> RowBuilder:
        return RowBuilder(
            self._layout,
            default_country=self.country,
            has_buckets=self._has_buckets,
            allows_short_rows=self.container == "workbook",
        )

    def _all_buckets(self) -> bool:
        """Whether the first volumes are all middles of ranges, as an account that spends little is shown them."""
        self._has_buckets = False
        volumes = [
            row.volume
            for row in islice(self, _BUCKET_SEARCH_RECORDS)
            if isinstance(row, KeywordRow) and row.volume is not None
        ]
        return any(volumes) and all(map(is_bucket, volumes))


_TOO_LONG = RowRefused(
    RejectReason.RECORD_TOO_LONG, "The row is longer than 65,536 characters, which no keyword's row is."
)


def _rejected(refusal: RowRefused, *, records: Records) -> RejectedRow:
    raw = printable(records.raw.rstrip("\r\n")[:RAW_LENGTH])
    return RejectedRow(records.line_number, refusal.reason, refusal.message, raw)


@dataclass(frozen=True, slots=True)
class _Finder:
    """What to look for: the keywords, the columns that a person spoke of, or any table at all."""

    filename: str
    fields: ColumnFields | None
    needs_keywords: bool

    def layout(self, cells: Sequence[str]) -> Layout | None:
        """What these cells mean as a header row, None when they are none."""
        if self.fields is None:
            return match_layout(cells, filename=self.filename)
        if isinstance(self.fields, Mapping):
            return map_layout(cells, self.fields, filename=self.filename)
        return None


def _opened(stream: BinaryIO, *, finder: _Finder, max_bytes: int, closing: ExitStack) -> _Opened:
    """A file's source and header; of an archive, those of the first member that is an export."""
    name = quoted(finder.filename, max_length=_NAME_LENGTH)
    source = source_open(stream, name=name, max_bytes=max_bytes)
    if source is not None:
        closing.callback(source.close)
        return _Opened(source, _find_header(source, name=name, finder=finder), "")
    problem: ExportUnreadable | None = None
    tries = [replace(finder, needs_keywords=True)]
    tries += [] if finder.needs_keywords else [finder]  # any table will do once no member has keywords
    for one in tries:
        for member in members_of(stream, name=name):
            try:
                opened = _member_opened(member, finder=one, closing=closing)
            except ExportUnreadable as error:
                problem = problem or error
                continue
            if opened is not None:
                return opened
    raise problem or ExportEmpty(f"The archive {name} holds no keyword export, only other archives.")


def _member_opened(member: Member, *, finder: _Finder, closing: ExitStack) -> _Opened | None:
    """A member's source and header; None for an archive inside the archive."""
    with ExitStack() as unless_read:
        unpacked = unless_read.enter_context(member.open())
        inner = source_open(unpacked, name=quoted(member.filename), max_bytes=2**40)
        if inner is None:
            return None
        unless_read.callback(inner.close)
        header = _find_header(inner, name=quoted(member.filename), finder=finder)
        closing.push(unless_read.pop_all())
        return _Opened(inner, header, member.filename)


def _find_header(source: Source, *, name: str, finder: _Finder) -> _Header:
    """The likeliest header row among the first records, in each way that the file may be read."""
    found: list[_Header] = []
    looks: list[tuple[Reading, list[tuple[int, list[str]]]]] = []
    problems: list[ExportRecordTooLong | ExportTruncated] = []
    for reading in source.readings():
        records, problem = _first_records(reading)
        problems += [problem] if problem else []
        looks.append((reading, records))
        for line_number, cells in records:
            if layout := finder.layout(cells):
                found.append(_Header(reading, layout, line_number))
    if found:
        return max(found, key=lambda header: header.rank)
    if problems and len(problems) == len(looks):
        raise problems[-1]
    likely = (
        _likely_header(*max(looks, key=lambda look: table_width(look[1])), finder=finder) if looks else None
    )
    if likely is not None:
        return likely
    seen = (cells for _reading, records in looks for _line, cells in records)
    raise _keyword_column_missing(max(seen, key=len, default=()), name=name)


def _likely_header(
    reading: Reading, records: list[tuple[int, list[str]]], *, finder: _Finder
) -> _Header | None:
    """Where a table begins whose header says nothing: above its first row, or at the row that looks like a header."""
    fields = finder.fields
    if fields is not None and not isinstance(fields, Mapping):
        width = max((len(header_trimmed(cells)) for _line, cells in records), default=0)
        layout = place_layout(fields, width=width)
        return _Header(reading, layout, 0) if layout else None
    head = None if fields or finder.needs_keywords else header_likely(records)
    if head is None:
        return None
    line_number, cells = head
    return _Header(reading, Layout(PLAIN_LIST, (), (), header_trimmed(cells), None), line_number)


def _first_records(
    reading: Reading,
) -> tuple[list[tuple[int, list[str]]], ExportRecordTooLong | ExportTruncated | None]:
    """The first records that are not blank, and what stopped the reading, which a wrong delimiter can cause."""
    records = reading.records()
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
        f'The file {name} has no column named "Keyword"; its columns seem to be: {shown}{more}.',
        header=header_trimmed(cells),
    )
