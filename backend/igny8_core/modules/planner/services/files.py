"""Looks at a keyword export before anything is stored or started."""

from pathlib import Path

from igny8_core.modules.planner.constants import MAX_UPLOAD_BYTES
from igny8_core.modules.planner.exports import open_export


def keyword_file_check(path: Path) -> str:
    """Read an export's head and name the tool that it comes from.

    Raises ExportUnreadable when the file is no keyword export; its rows are judged by the import.
    """
    with open_export(path, filename=path.name, max_bytes=MAX_UPLOAD_BYTES) as reader:
        return reader.label
