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
from .numbers import MAX_MONEY
from .places import country_code, language_code
from .reader import DEFAULT_MAX_BYTES, ExportReader, open_export
from .refusals import has_controls
from .rows import KeywordRow, RejectedRow, RejectReason, SourceTool

__all__ = [
    "DEFAULT_MAX_BYTES",
    "MAX_MAPPED_COLUMNS",
    "MAX_MONEY",
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
    "country_code",
    "field_guesses",
    "has_controls",
    "header_signature",
    "language_code",
    "mappable_fields",
    "open_export",
]
