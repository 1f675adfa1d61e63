"""Looks into an upload before anything of it is written, and forgets uploads that nobody started."""

from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.constants import (
    MAX_UPLOAD_BYTES,
    PREVIEW_HOURS,
    PREVIEW_ROWS,
    PREVIEW_SAMPLE,
    ImportState,
)
from igny8_core.modules.planner.errors import ImportExpired
from igny8_core.modules.planner.exports import ExportReader, KeywordRow, open_export
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.modules.planner.services.import_rows import Tally, records_read
from igny8_core.modules.planner.services.imports import (
    keyword_import_create,
    keyword_import_fail,
    upload_size_check,
)
from igny8_core.modules.planner.types import ImportPreview, SampleRow
from igny8_core.semantics.intent import intent_guess
from igny8_core.tenancy.context import TENANT_ALIAS

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def keyword_import_preview(
    *, site_id: UUID, sector_id: UUID | None, filename: str, content: BinaryIO
) -> KeywordImport:
    """Store an upload with what it holds; nothing of it is imported until `keyword_import_start`.

    All of the bytes are checked for their encoding, the first 10,000 rows are read, in constant memory. Uploads that
    nobody started within a day are forgotten here. A file that is refused is not stored. Raises ExportUnreadable,
    KeywordFileTooLarge, and TenantMismatch for a foreign site.
    """
    upload_size_check(content)
    tally = Tally()
    with open_export(content, filename=filename, max_bytes=MAX_UPLOAD_BYTES) as reader:
        preview = _preview(reader, site_id=site_id, tally=tally)
        tool = reader.tool.value
    with transaction.atomic(using=TENANT_ALIAS):
        keyword_imports_expire()
        return keyword_import_create(
            site_id=site_id,
            sector_id=sector_id,
            filename=filename,
            content=content,
            source_tool=tool,
            preview=asdict(preview),
            row_count=preview.rows,
            duplicate_count=preview.duplicates,
            rejected_count=preview.rejected,
            rejects=tally.rejects,
        )


def keyword_imports_expire() -> int:
    """Forget the previewed uploads that nobody started within a day, with their files; returns how many."""
    before = utc_now() - timedelta(hours=PREVIEW_HOURS)
    waiting = KeywordImport.objects.filter(
        state=ImportState.UPLOADED, job_id=None, created_at__lt=before
    ).exclude(preview={})
    ids = list(waiting.values_list("pk", flat=True))
    for import_id in ids:
        keyword_import_fail(import_id, error=ImportExpired())
    return len(ids)


def _preview(reader: ExportReader, *, site_id: UUID, tally: Tally) -> ImportPreview:
    rows = iter(reader)
    read = list(records_read(islice(rows, PREVIEW_ROWS), tally=tally))
    keys = {(record.country or "", normalized) for record, normalized in read}
    return ImportPreview(
        tool=reader.label,
        encoding=reader.encoding,
        delimiter=_DELIMITERS.get(reader.delimiter, ""),
        columns_read=reader.read_columns,
        columns_ignored=reader.ignored_columns,
        rows=tally.rows,
        duplicates=len(read) - len(keys),
        rejected=tally.rejected,
        known=_known(keys, site_id=site_id),
        is_whole=next(rows, None) is None,
        sample=tuple(_sample(record) for record, _normalized in read[:PREVIEW_SAMPLE]),
    )


def _known(keys: set[tuple[str, str]], *, site_id: UUID) -> int:
    texts = {normalized for _country, normalized in keys}
    there = Keyword.objects.filter(site_id=site_id, normalized__in=texts)
    return len(keys & set(there.values_list("country", "normalized")))


def _sample(record: KeywordRow) -> SampleRow:
    cost = "" if record.cpc is None else f"{record.cpc.normalize():f} {record.cpc_currency or ''}".strip()
    return SampleRow(
        text=record.text,
        country=record.country or "",
        volume=record.volume,
        difficulty=record.difficulty,
        cpc=cost,
        intent=record.intents[0] if record.intents else intent_guess(record.text).primary.value,
    )
