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
from .layouts import header_signature, mappable_fields
from .reader import DEFAULT_MAX_BYTES, ExportReader, open_export
from .rows import KeywordRow, RejectedRow, RejectReason, SourceTool

__all__ = [
    "DEFAULT_MAX_BYTES",
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
    "header_signature",
    "mappable_fields",
    "open_export",
]
