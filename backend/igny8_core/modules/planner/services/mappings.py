"""Remembers what the columns of an account's files mean, and checks what somebody says they do; it reads no row."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO
from uuid import UUID

from django.db import IntegrityError, transaction

from igny8_core.auth.selectors import user_get
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import MAX_UPLOAD_BYTES, MappingSource
from igny8_core.modules.planner.errors import (
    ImportColumnUnknown,
    ImportFieldTwice,
    ImportFieldUnknown,
    ImportKeywordMissing,
)
from igny8_core.modules.planner.exports import (
    MAX_MAPPED_COLUMNS,
    ColumnFields,
    ExportReader,
    header_signature,
    mappable_fields,
    open_export,
)
from igny8_core.modules.planner.models import ImportMapping, KeywordImport
from igny8_core.tenancy.context import TENANT_ALIAS, current_context


def columns_check(columns: ColumnFields, *, names: Iterable[str]) -> None:
    """Raise unless the columns are those of a file and are given fields, each once, the keyword among them.

    Raises ImportColumnUnknown, ImportFieldUnknown, ImportFieldTwice and ImportKeywordMissing.
    """
    if isinstance(columns, Mapping):
        unknown = sorted(columns.keys() - set(names))
        if unknown:
            raise ImportColumnUnknown(f"The file has no column “{unknown[0][:80]}”.")
    elif len(columns) > MAX_MAPPED_COLUMNS:
        raise ImportColumnUnknown
    said = [field for field in _fields(columns) if field]
    wrong = sorted(set(said) - set(mappable_fields()))
    if wrong:
        raise ImportFieldUnknown(f"There is no field “{wrong[0][:40]}”.")
    twice = [field for field in said if said.count(field) > 1]
    if twice:
        raise ImportFieldTwice(f"Only one column can be read as “{twice[0]}”.")
    if "text" not in said:
        raise ImportKeywordMissing


def mapping_remembered(reader: ExportReader) -> tuple[dict[str, str | None], str] | None:
    """What the account said of files with this header, by the names of this one, and the file it said it of."""
    row = ImportMapping.objects.filter(signature=header_signature(reader.header)).first()
    if row is None:
        return None
    # The same header in other letters: a column is told by its place.
    names = dict(zip(row.header, reader.names, strict=False))
    known = mappable_fields()
    columns = {names[name]: field for name, field in row.columns.items() if name in names and field in known}
    return (columns, row.filename) if "text" in columns.values() else None


def columns_remembered(stored: BinaryIO, *, filename: str) -> dict[str, str | None] | None:
    """What the account said of a file's columns before; None for a file that it said nothing of."""
    if not ImportMapping.objects.exists():  # the usual case need not open the file twice
        return None
    with open_export(stored, filename=filename, max_bytes=MAX_UPLOAD_BYTES, needs_keywords=False) as reader:
        found = mapping_remembered(reader)
    return found[0] if found else None


def mapping_remember(row: KeywordImport) -> None:
    """Keep what was said of an import's columns for the next file with its header; the last word counts.

    Columns told by their place are not kept: without a header nothing says that another file is alike.
    """
    if row.preview.get("mapping") != MappingSource.GIVEN or not isinstance(row.columns, dict):
        return
    signature = row.preview["signature"]
    said = {
        "header": [column["name"] for column in row.preview["columns"]],
        "columns": row.columns,
        "filename": row.filename,
    }
    if _mapping_replace(signature, said):
        return
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            ImportMapping.objects.create(signature=signature, saved_by_id=_member_id(), **said)
    except IntegrityError:  # another import of such a file was started a moment ago
        _mapping_replace(signature, said)


def _mapping_replace(signature: str, said: Mapping[str, Any]) -> bool:
    mapping = ImportMapping.objects.select_for_update(of=("self",)).filter(signature=signature).first()
    if mapping is None:
        return False
    if (mapping.header, mapping.columns) != (said["header"], said["columns"]):
        for name, value in said.items():
            setattr(mapping, name, value)
        mapping.saved_by_id = _member_id()
        mapping.save()
    return True


def _fields(columns: ColumnFields) -> Iterable[str | None]:
    return columns.values() if isinstance(columns, Mapping) else columns


def _member_id() -> UUID | None:
    """The member who says so; staff who entered the account are none of its people, the audit trail names them."""
    actor_id = current_context().actor_id
    if actor_id is None:
        return None
    try:
        member_id: UUID = user_get(actor_id).pk
    except NotFound:
        return None
    return member_id
