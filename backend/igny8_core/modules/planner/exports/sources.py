"""Finds out what a file is made of, text, workbook, JSON or an archive of these, and gives its records."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from .archives import archive_open, member_unpack
from .decoding import detect_encoding
from .errors import ExportDamaged, ExportTooLarge, ExportUnreadable
from .queries_json import QueryRecords
from .records import Dialect, Records, RecordStream
from .refusals import quoted
from .workbooks import Workbook, is_workbook

_DELIMITERS = (
    "\t",
    ";",
    ",",
)  # on a tie the rarer one: a header of one cell has its commas inside the keywords
_ZIP = b"PK\x03\x04"
_HEAD_BYTES = 64
_READABLE = (".csv", ".tsv", ".txt", ".xlsx", ".json")
_QUERIES = "queries.csv"  # of Search Console's archive, beside pages, countries, dates
_MAX_TRIED = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a file: `delimiter` is "" where cells are told apart by more than a character."""

    delimiter: str
    records: Callable[[], Records]


class Source(Protocol):
    """A file that can be read as records; `encoding` is "" for what is no text."""

    container: str
    encoding: str

    def readings(self) -> list[Reading]: ...

    def close(self) -> None: ...


class _Text:
    container = "text"

    def __init__(self, stream: BinaryIO, *, name: str, max_bytes: int) -> None:
        self._stream, self._name = stream, name
        self.encoding = detect_encoding(stream, name=name, max_bytes=max_bytes)

    def readings(self) -> list[Reading]:
        return [self._reading(delimiter) for delimiter in _DELIMITERS]

    def _reading(self, delimiter: str) -> Reading:
        dialect = Dialect(self._name, self.encoding, delimiter)
        return Reading(delimiter, lambda: RecordStream(self._stream, dialect=dialect))

    def close(self) -> None:
        pass


class _Book:
    container, encoding = "workbook", ""

    def __init__(self, stream: BinaryIO, *, name: str) -> None:
        self._book = Workbook(stream, name=name)

    def readings(self) -> list[Reading]:
        return [Reading("", lambda sheet=sheet: sheet) for sheet in self._book.sheets()]  # type: ignore[misc]  # mypy cannot type a default

    def close(self) -> None:
        self._book.close()


class _Json:
    container, encoding = "json", "utf-8"

    def __init__(self, stream: BinaryIO, *, name: str) -> None:
        self._records = QueryRecords(stream, name=name)

    def readings(self) -> list[Reading]:
        return [Reading("", lambda: self._records)]

    def close(self) -> None:
        pass


@dataclass(slots=True)
class Member:
    """A readable file inside an archive, unpacked when it is opened."""

    filename: str
    open: Callable[[], BinaryIO]


def source_open(stream: BinaryIO, *, name: str, max_bytes: int) -> Source | None:
    """What a seekable file holds; None for an archive, whose members are tried one by one.

    Raises a subclass of ExportUnreadable.
    """
    _refuse_size(stream, name=name, max_bytes=max_bytes)
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if head.startswith(_ZIP):
        with archive_open(stream, name=name) as archive:
            is_book = is_workbook(archive)
        stream.seek(0)
        return _Book(stream, name=name) if is_book else None
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        try:
            return _Json(stream, name=name)
        except ExportDamaged:
            if b'"' in head:
                raise
    return _Text(stream, name=name, max_bytes=max_bytes)


def _refuse_size(stream: BinaryIO, *, name: str, max_bytes: int) -> None:
    if stream.seek(0, 2) > max_bytes:
        limit = f"{max_bytes / 1_000_000:,.3g} MB"
        raise ExportTooLarge(f"The file {name} is too large: at most {limit} can be read.")
    stream.seek(0)


def members_of(stream: BinaryIO, *, name: str) -> Iterator[Member]:
    """The files of an archive that may be exports, the likeliest first. Raises ExportUnreadable, ExportUnsafe."""
    with archive_open(stream, name=name) as archive:
        found = [member for member in archive.infolist() if _is_readable(member)]
        if not found:
            raise ExportUnreadable(f"The ZIP archive {name} holds no CSV, TSV, XLSX or JSON file.")
        found.sort(key=lambda member: (not _is_queries(member), -member.file_size))
        for member in found[:_MAX_TRIED]:
            yield Member(member.filename, lambda member=member: _unpacked(archive, member))  # type: ignore[misc]  # as above


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    return member_unpack(archive, member, name=quoted(member.filename))  # type: ignore[return-value]  # IO[bytes] is one


def _is_readable(member: zipfile.ZipInfo) -> bool:
    parts = member.filename.lower().split("/")
    is_hidden = parts[-1].startswith(".") or "__macosx" in parts
    return not member.is_dir() and not is_hidden and parts[-1].endswith(_READABLE)


def _is_queries(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().rsplit("/", 1)[-1] == _QUERIES
