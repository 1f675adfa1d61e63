"""Why a whole export cannot be read; each names the file in one sentence and must never quote more than headers."""

from collections.abc import Sequence

from igny8_core.common.errors import DomainError, ErrorKind


class ExportUnreadable(DomainError):
    """The file as a whole is refused; rows already yielded from it must not be kept."""

    kind = ErrorKind.UNPROCESSABLE
    code = "export_unreadable"
    message = "The file cannot be read as a keyword export."


class ExportEmpty(ExportUnreadable):
    """There is nothing in the file but a byte-order mark or white space."""

    code = "export_empty"


class ExportTooLarge(ExportUnreadable):
    """The file has more bytes than the caller allows."""

    kind = ErrorKind.TOO_LARGE
    code = "export_too_large"


class ExportNotText(ExportUnreadable):
    """The file is a PDF, an image, a web page, an old workbook or other data that is neither text nor a workbook."""

    code = "export_not_text"


class ExportDamaged(ExportUnreadable):
    """An archive, a workbook or a JSON document that breaks off or contradicts itself."""

    code = "export_damaged"


class ExportUnsafe(ExportUnreadable):
    """An archive that would grow far beyond its size, holds too many files or a password, or expands its own text."""

    code = "export_unsafe"


class ExportEncodingUnsupported(ExportUnreadable):
    """The text is neither UTF-8, UTF-16 nor Windows-1252, or is damaged."""

    code = "export_encoding_unsupported"


class ExportKeywordColumnMissing(ExportUnreadable):
    """None of the first rows holds a header that names a keyword column; `header` is the likeliest one."""

    code = "export_keyword_column_missing"

    def __init__(self, message: str | None = None, *, header: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.header = tuple(header)


class ExportRecordTooLong(ExportUnreadable):
    """One record is longer than any tool writes: a missing line end or a quote that is never closed."""

    code = "export_record_too_long"


class ExportTruncated(ExportUnreadable):
    """The file ends inside a quoted cell or inside a character: it was cut off on its way."""

    code = "export_truncated"
