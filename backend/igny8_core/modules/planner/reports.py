"""Turns what an import's row keeps as JSON back into values; what a row written by hand lacks is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from igny8_core.modules.planner.types import ImportPreview, Reject, SampleRow

_PARTS = {field.name for field in fields(ImportPreview)}


def import_preview(stored: Mapping[str, Any]) -> ImportPreview | None:
    """The preview of an import that had one."""
    if not stored.keys() >= _PARTS:
        return None
    parts = {name: stored[name] for name in _PARTS}
    for name in ("columns_read", "columns_ignored"):
        parts[name] = tuple(parts[name])
    parts["sample"] = tuple(SampleRow(**row) for row in parts["sample"])
    return ImportPreview(**parts)


def import_rejects(stored: Iterable[Any]) -> tuple[Reject, ...]:
    """The refused records, in the order of the file."""
    return tuple(Reject(**reject) for reject in stored if isinstance(reject, dict))
