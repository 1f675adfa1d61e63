"""Reads keyword exports of SEO tools into frozen rows; it must never touch a database, a tenant or a model."""

from .errors import (
    ExportDamaged,
    ExportEmpty,
    ExportEncodingUnsupported,
    ExportKeywordColumnMissing,
    ExportNotText,
    ExportRecordTooLong,
    ExportTooLarge,
    ExportTruncated,
    ExportUnreadable,
    ExportUnsafe,
)
from .guessing import field_guesses
from .mapping import MAX_MAPPED_COLUMNS, ColumnFields, header_signature, mappable_fields
from .reader import DEFAULT_MAX_BYTES, ExportReader, open_export
from .rows import KeywordRow, RejectedRow, RejectReason, SourceTool

__all__ = [
    "DEFAULT_MAX_BYTES",
    "MAX_MAPPED_COLUMNS",
    "ColumnFields",
    "ExportDamaged",
    "ExportEmpty",
    "ExportEncodingUnsupported",
    "ExportKeywordColumnMissing",
    "ExportNotText",
    "ExportReader",
    "ExportRecordTooLong",
    "ExportTooLarge",
    "ExportTruncated",
    "ExportUnreadable",
    "ExportUnsafe",
    "KeywordRow",
    "RejectReason",
    "RejectedRow",
    "SourceTool",
    "field_guesses",
    "header_signature",
    "mappable_fields",
    "open_export",
]
