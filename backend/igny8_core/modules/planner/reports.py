"""Turns what an import's row keeps as JSON back into values; what a row written by hand lacks is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from igny8_core.modules.planner.types import ColumnLook, ImportPreview, Reject, SampleRow

_PARTS = {field.name for field in fields(ImportPreview)}
_NEEDED = {field.name for field in fields(ImportPreview) if field.default is MISSING}


def import_preview(stored: Mapping[str, Any]) -> ImportPreview | None:
    """The preview of an import that had one."""
    if not stored.keys() >= _NEEDED:
        return None
    parts = {name: value for name, value in stored.items() if name in _PARTS}
    for name in ("columns_read", "columns_ignored", "fields"):
        parts[name] = tuple(parts.get(name, ()))
    parts["sample"] = tuple(SampleRow(**row) for row in parts["sample"])
    looks = parts.get("columns", ())
    parts["columns"] = tuple(ColumnLook(**{**look, "sample": tuple(look["sample"])}) for look in looks)
    return ImportPreview(**parts)


def import_rejects(stored: Iterable[Any]) -> tuple[Reject, ...]:
    """The refused records, in the order of the file."""
    return tuple(Reject(**reject) for reject in stored if isinstance(reject, dict))
