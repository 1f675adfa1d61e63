"""Reads keyword exports of SEO tools into frozen rows; it must never touch a database, a tenant or a model."""

from .errors import (
    ExportEmpty,
    ExportEncodingUnsupported,
    ExportKeywordColumnMissing,
    ExportNotText,
    ExportRecordTooLong,
    ExportTooLarge,
    ExportTruncated,
    ExportUnreadable,
)
from .reader import DEFAULT_MAX_BYTES, ExportReader, open_export
from .rows import KeywordRow, RejectedRow, RejectReason, SourceTool

__all__ = [
    "DEFAULT_MAX_BYTES",
    "ExportEmpty",
    "ExportEncodingUnsupported",
    "ExportKeywordColumnMissing",
    "ExportNotText",
    "ExportReader",
    "ExportRecordTooLong",
    "ExportTooLarge",
    "ExportTruncated",
    "ExportUnreadable",
    "KeywordRow",
    "RejectReason",
    "RejectedRow",
    "SourceTool",
    "open_export",
]
