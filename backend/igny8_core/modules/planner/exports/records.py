"""Turns a byte stream into delimited records with their line numbers; it must never hold more than one record."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from .errors import ExportRecordTooLong, ExportTruncated

MAX_RECORD_LENGTH = 64 * 1024  # characters; the longest real records hold ten quoted URLs per keyword
# A line of up to so many characters is left out and told; beyond it the file has no line ends, or is no export.
MAX_SKIPPED_LENGTH = 8 * 1024 * 1024
RAW_LENGTH = 200


class Records(Protocol):
    """One pass over the records of a file, whatever it is made of.

    Iterating yields the cells of each record, `[]` for a blank one; `line_number` and `raw` then belong to it: the
    line that it starts on, and its text. A record that is too long to be read is a blank one with `is_too_long`.
    """

    line_number: int
    is_too_long: bool

    @property
    def raw(self) -> str: ...

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the bytes of one file become records; `name` is the file's name as shown in messages."""

    name: str
    encoding: str
    delimiter: str


class RecordStream:
    """One pass over a file, from its start.

    Iterating yields what `Records` says. Raises ExportRecordTooLong for a quote that is never closed and for a line
    beyond MAX_SKIPPED_LENGTH, and ExportTruncated when the file ends inside a quoted cell. The stream must be
    seekable; it stays open, and only one pass may run at a time.
    """

    def __init__(self, stream: BinaryIO, *, dialect: Dialect) -> None:
        self._stream = stream
        self._dialect = dialect
        self._lines_read = 0
        self._lines_skipped = 0
        self._record_lines: list[str] = []
        self._record_length = 0
        self.line_number = 0
        self.is_too_long = False

    @property
    def raw(self) -> str:
        """The text of the record yielded last, as it stands in the file."""
        return "".join(self._record_lines)

    def __iter__(self) -> Iterator[list[str]]:
        self._stream.seek(0)
        # newline="" leaves line ends inside quoted cells as they are.
        text = io.TextIOWrapper(self._stream, encoding=self._dialect.encoding, newline="")
        try:
            for cells in csv.reader(self._lines(text), delimiter=self._dialect.delimiter):
                self.line_number = self._first_line()
                yield cells
                self._record_lines.clear()
                self._record_length = 0
                if self.is_too_long:
                    self.is_too_long = False
                    self._lines_read += self._lines_skipped
                    self._lines_skipped = 0
        finally:
            if not self._stream.closed:
                text.detach()  # or the wrapper would close the caller's file

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        """The physical lines, as long as the record that they belong to stays within its limit.

        The csv module asks for another line only inside a record, so lines left over at the end are a cut-off one.
        """
        pending = self._record_lines
        while line := text.readline(MAX_RECORD_LENGTH + 1):
            self._lines_read += 1
            self._record_length += len(line)
            pending.append(line)
            if self._record_length > MAX_RECORD_LENGTH:
                if len(pending) > 1:
                    raise self._too_long()
                self._skip(text, line)
                line = "\n"
            yield line
        if pending:
            raise self._truncated()

    def _skip(self, text: io.TextIOWrapper, start: str) -> None:
        """Read on to the end of a record that is too long, of which only the start is kept."""
        self._record_lines[0] = start[:RAW_LENGTH]
        self.is_too_long = True
        part, skipped, quotes = start, len(start), start.count('"')
        while not part.endswith(("\n", "\r")) or quotes % 2:
            if part.endswith(("\n", "\r")):
                self._lines_skipped += 1
            part = text.readline(MAX_RECORD_LENGTH + 1)
            skipped += len(part)
            quotes += part.count('"')
            if skipped > MAX_SKIPPED_LENGTH:
                raise self._too_long()
            if not part:
                break
        if quotes % 2:
            raise self._truncated()

    def _first_line(self) -> int:
        return self._lines_read - len(self._record_lines) + 1

    def _too_long(self) -> ExportRecordTooLong:
        return ExportRecordTooLong(
            f"The record that starts on line {self._first_line()} of {self._dialect.name} is longer than "
            f"{MAX_RECORD_LENGTH:,} characters: a line end or a closing quote is missing."
        )

    def _truncated(self) -> ExportTruncated:
        return ExportTruncated(
            f"The file {self._dialect.name} ends inside the quoted cell of the record that starts on line "
            f"{self._first_line()}, so it is incomplete."
        )
