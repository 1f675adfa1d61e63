"""Turns a byte stream into delimited records with their line numbers; it must never hold more than one record."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .errors import ExportRecordTooLong, ExportTruncated

MAX_RECORD_LENGTH = 64 * 1024  # characters; the longest real records hold ten quoted URLs per keyword


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the bytes of one file become records; `name` is the file's name as shown in messages."""

    name: str
    encoding: str
    delimiter: str


class RecordStream:
    """One pass over a file, from its start.

    Iterating yields the cells of each record, `[]` for a blank line; `line_number` and `raw` then belong to that
    record: the line it starts on, and its text. Raises ExportRecordTooLong, and ExportTruncated when the file ends
    inside a quoted cell. The stream must be seekable; it stays open, and only one pass may run at a time.
    """

    def __init__(self, stream: BinaryIO, *, dialect: Dialect) -> None:
        self._stream = stream
        self._dialect = dialect
        self._lines_read = 0
        self._record_lines: list[str] = []
        self._record_length = 0
        self.line_number = 0

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
                raise self._too_long()
            yield line
        if pending:
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
