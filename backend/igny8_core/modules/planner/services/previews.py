"""Looks into an upload before anything of it is written, with the meaning that people give to its columns."""

from dataclasses import asdict, replace
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction

from igny8_core.common.clock import utc_now
from igny8_core.common.text import excerpt
from igny8_core.modules.planner.constants import (
    MAX_UPLOAD_BYTES,
    PREVIEW_HOURS,
    PREVIEW_ROWS,
    PREVIEW_SAMPLE,
    ImportState,
    MappingSource,
)
from igny8_core.modules.planner.errors import ImportColumnUnknown, ImportExpired, ImportStateConflict
from igny8_core.modules.planner.exports import (
    MAX_MAPPED_COLUMNS,
    ColumnFields,
    ExportKeywordColumnMissing,
    ExportReader,
    KeywordRow,
    field_guesses,
    header_signature,
    mappable_fields,
    open_export,
)
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.modules.planner.services.import_rows import Tally, records_read
from igny8_core.modules.planner.services.imports import (
    file_open,
    import_get,
    keyword_import_create,
    keyword_import_fail,
    upload_size_check,
)
from igny8_core.modules.planner.services.limits import keywords_left
from igny8_core.modules.planner.services.mappings import columns_check, mapping_remembered
from igny8_core.modules.planner.types import ColumnLook, ImportPreview, SampleRow
from igny8_core.semantics.intent import intent_guess
from igny8_core.tenancy.context import TENANT_ALIAS

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_CELL_LENGTH = 60


def keyword_import_preview(
    *,
    site_id: UUID,
    sector_id: UUID | None,
    filename: str,
    content: BinaryIO,
    columns: ColumnFields | None = None,
) -> KeywordImport:
    """Store an upload with what it holds; nothing of it is imported until `keyword_import_start`.

    All of the bytes are checked for their encoding, the first 10,000 rows are read, in constant memory. Its columns
    mean what `columns` say, else what the account said of such a header before, else what the tool's layout says; when
    nothing tells where the keywords are, the preview has `needs_mapping` and the columns alone. Uploads that nobody
    started within a day are forgotten here. A file that is refused is not stored. Raises ExportUnreadable,
    KeywordFileTooLarge, what `columns_check` raises, and TenantMismatch for a foreign site.
    """
    upload_size_check(content)
    known = _looked_at(content, filename=filename, site_id=site_id, said=columns, remembers=True)
    with transaction.atomic(using=TENANT_ALIAS):
        keyword_imports_expire()
        return keyword_import_create(
            site_id=site_id, sector_id=sector_id, filename=filename, content=content, **known
        )


def keyword_import_map(import_id: UUID, *, columns: ColumnFields | None) -> KeywordImport:
    """Make the preview of an upload anew with what a person says of its columns; None: as the file itself says.

    Raises NotFound, ImportExpired, ImportStateConflict for an import that was started, KeywordFileMissing, and what
    `columns_check` raises; then the preview stays as it was.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = import_get(import_id, is_locked=True)
        if row.error_code == ImportExpired.code:
            raise ImportExpired
        if row.state != ImportState.UPLOADED or row.job_id is not None:
            raise ImportStateConflict("This import was started; its columns can no longer be changed.")
        with file_open(row) as stored:
            known = _looked_at(
                stored, filename=row.filename, site_id=row.site_id, said=columns, remembers=False
            )
        for name, value in known.items():
            setattr(row, name, value)
        row.save()
    return row


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


def _looked_at(
    content: BinaryIO, *, filename: str, site_id: UUID, said: ColumnFields | None, remembers: bool
) -> dict[str, Any]:
    """What an import's row keeps of a look at its file."""
    columns, source, of_file = said, MappingSource.GIVEN, ""
    with _opened(content, filename=filename) as reader:
        if said is not None:
            columns_check(said, names=reader.names[:MAX_MAPPED_COLUMNS])
        elif remembers and (remembered := mapping_remembered(reader)):
            (columns, of_file), source = remembered, MappingSource.REMEMBERED
        else:
            return _facts(reader, site_id=site_id)
    try:
        with _opened(content, filename=filename, fields=columns) as reader:
            facts = _facts(reader, site_id=site_id, mapping=source, mapping_file=of_file)
    except ExportKeywordColumnMissing as error:  # fewer columns than places were named
        raise ImportColumnUnknown from error
    return facts | {"columns": columns}


def _opened(content: BinaryIO, *, filename: str, fields: ColumnFields | None = None) -> ExportReader:
    return open_export(
        content, filename=filename, max_bytes=MAX_UPLOAD_BYTES, fields=fields, needs_keywords=False
    )


def _facts(
    reader: ExportReader,
    *,
    site_id: UUID,
    mapping: MappingSource = MappingSource.DETECTED,
    mapping_file: str = "",
) -> dict[str, Any]:
    tally = Tally()
    found = _preview(reader, site_id=site_id, tally=tally)
    left = keywords_left()
    adds = found.new if found.is_whole and reader.has_keywords else None
    preview = replace(
        found, mapping=mapping.value, mapping_file=mapping_file, keywords_left=left, adds_at_most=adds
    )
    return {
        "source_tool": reader.tool.value if reader.has_keywords else "",
        "preview": asdict(preview),
        "columns": {},
        "row_count": preview.rows,
        "duplicate_count": preview.duplicates,
        "rejected_count": preview.rejected,
        "rejects": tally.rejects,
    }


def _preview(reader: ExportReader, *, site_id: UUID, tally: Tally) -> ImportPreview:
    columns = _columns(reader)  # before the rows: one pass at a time
    rows = iter(reader) if reader.has_keywords else iter(())
    read = list(records_read(islice(rows, PREVIEW_ROWS), tally=tally))
    keys = {(record.country or "", normalized) for record, normalized in read}
    return ImportPreview(
        tool=reader.label if reader.has_keywords else "",
        encoding=reader.encoding,
        delimiter=_DELIMITERS.get(reader.delimiter, ""),
        columns_read=reader.read_columns[:MAX_MAPPED_COLUMNS],
        columns_ignored=reader.ignored_columns[:MAX_MAPPED_COLUMNS],
        rows=tally.rows,
        duplicates=len(read) - len(keys),
        rejected=tally.rejected,
        known=_known(keys, site_id=site_id),
        is_whole=next(rows, None) is None,
        sample=tuple(_sample(record) for record, _normalized in read[:PREVIEW_SAMPLE]),
        needs_mapping=not reader.has_keywords,
        has_header=reader.header_line_number > 0,
        signature=header_signature(reader.header),
        columns=columns,
        columns_more=max(len(reader.names) - MAX_MAPPED_COLUMNS, 0),
        fields=mappable_fields(),
    )


def _columns(reader: ExportReader) -> tuple[ColumnLook, ...]:
    """The first columns with what is known of them; guesses are made only where the reader knows nothing."""
    names, cells = reader.names[:MAX_MAPPED_COLUMNS], reader.first_cells(PREVIEW_SAMPLE)
    fields, grouped, sayable = reader.fields, reader.grouped, set(mappable_fields())
    header = reader.header[:MAX_MAPPED_COLUMNS]
    guesses = () if reader.has_keywords else field_guesses(header, cells or [header])
    return tuple(
        ColumnLook(
            name=name,
            field=fields.get(name),
            guess=guesses[index] if guesses else None,
            is_fixed=name in grouped or (name in fields and fields[name] not in sayable),
            sample=tuple(
                excerpt(row[index], max_length=_CELL_LENGTH) if index < len(row) else "" for row in cells
            ),
        )
        for index, name in enumerate(names)
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
