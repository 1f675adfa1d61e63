"""Every write of the linker room."""

from igny8_core.modules.linker.services.batches import (
    batch_create,
    batch_fail,
    batch_insert,
    batch_undo,
    batch_undo_start,
)
from igny8_core.modules.linker.services.graph import scan_start, site_scan
from igny8_core.modules.linker.services.previews import links_preview
from igny8_core.modules.linker.services.suggestions import (
    suggestion_accept,
    suggestion_reject,
    suggestions_decide,
    suggestions_make,
    suggestions_start,
)

__all__ = [
    "batch_create",
    "batch_fail",
    "batch_insert",
    "batch_undo",
    "batch_undo_start",
    "links_preview",
    "scan_start",
    "site_scan",
    "suggestion_accept",
    "suggestion_reject",
    "suggestions_decide",
    "suggestions_make",
    "suggestions_start",
]
