"""The one function per model that moves a state."""

from igny8_core.common.clock import utc_now
from igny8_core.modules.linker.constants import BatchState, SuggestionState
from igny8_core.modules.linker.errors import LinkStateConflict
from igny8_core.modules.linker.models import LinkBatch, LinkSuggestion

_SUGGESTION = {
    SuggestionState.SUGGESTED: {SuggestionState.ACCEPTED, SuggestionState.REJECTED},
    SuggestionState.ACCEPTED: {SuggestionState.REJECTED, SuggestionState.INSERTED},
    SuggestionState.REJECTED: {SuggestionState.ACCEPTED},
    SuggestionState.INSERTED: {SuggestionState.REVERTED},
    SuggestionState.REVERTED: {SuggestionState.ACCEPTED, SuggestionState.REJECTED},
}
_BATCH = {
    BatchState.INSERTING: {BatchState.INSERTED, BatchState.UNDOING, BatchState.FAILED},
    BatchState.INSERTED: {BatchState.UNDOING},
    BatchState.UNDOING: {BatchState.UNDONE, BatchState.FAILED},
    BatchState.FAILED: {BatchState.UNDOING},
}


def suggestion_transition(row: LinkSuggestion, state: SuggestionState) -> None:
    """Move a suggestion in memory; the caller saves. Raises LinkStateConflict."""
    if state not in _SUGGESTION[SuggestionState(row.state)]:
        raise LinkStateConflict(f"A link that is {row.state} cannot become {state}.")
    row.state = state
    row.problem = ""


def batch_transition(row: LinkBatch, state: BatchState) -> None:
    """Move a batch in memory; the caller saves. Raises LinkStateConflict."""
    if state not in _BATCH.get(BatchState(row.state), set()):
        raise LinkStateConflict(f"A batch that is {row.state} cannot become {state}.")
    row.state = state
    is_under_way = state in (BatchState.INSERTING, BatchState.UNDOING)
    row.finished_at = None if is_under_way else utc_now()
    if is_under_way:
        row.error_code = row.error_message = ""
