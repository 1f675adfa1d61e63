"""The one function per model that moves a state."""

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError
from igny8_core.modules.automation.constants import ItemState, RunState
from igny8_core.modules.automation.errors import RunStateConflict
from igny8_core.modules.automation.models import PipelineRun, RunItem

_RUN = {
    RunState.RUNNING: {
        RunState.PAUSED,
        RunState.WAITING,
        RunState.COMPLETED,
        RunState.FAILED,
        RunState.CANCELLED,
    },
    RunState.PAUSED: {RunState.RUNNING, RunState.CANCELLED},
    RunState.WAITING: {RunState.RUNNING, RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED},
    RunState.FAILED: {RunState.RUNNING, RunState.CANCELLED},
    RunState.COMPLETED: {RunState.RUNNING},  # its failed items are tried again
}
_ITEM = {
    ItemState.WRITING: {ItemState.SCORING, ItemState.FAILED},
    ItemState.SCORING: {ItemState.PUBLISHING, ItemState.REVIEW, ItemState.WRITTEN, ItemState.FAILED},
    ItemState.REVIEW: {ItemState.PUBLISHING, ItemState.REJECTED, ItemState.FAILED},
    ItemState.PUBLISHING: {ItemState.PUBLISHED, ItemState.REVIEW, ItemState.FAILED},
    ItemState.FAILED: {ItemState.WRITING, ItemState.SCORING, ItemState.PUBLISHING},  # tried again
}
_UNFINISHED = (RunState.RUNNING, RunState.PAUSED, RunState.WAITING)


def run_transition(run: PipelineRun, state: RunState) -> None:
    """Move a run in memory; the caller saves. Raises RunStateConflict."""
    if state not in _RUN.get(RunState(run.state), set()):
        raise RunStateConflict(f"A {run.state} run cannot become {state}.")
    run.state = state
    run.finished_at = None if state in _UNFINISHED else utc_now()
    if state == RunState.RUNNING:
        run.error_code = run.error_message = ""


def item_transition(item: RunItem, state: ItemState) -> None:
    """Move an item in memory; the caller saves. Raises RunStateConflict."""
    if state not in _ITEM.get(ItemState(item.state), set()):
        raise RunStateConflict(f"A {item.state} item cannot become {state}.")
    item.state = state


def item_end(item: RunItem, error: DomainError) -> None:
    """End an item in memory with the reason; the caller saves. Raises RunStateConflict."""
    failed_state = item.state
    item_transition(item, ItemState.FAILED)
    item.failed_state = failed_state
    item.error_code, item.error_message = error.code, error.message


def item_reopen(item: RunItem) -> None:
    """Put a failed item back to what failed, in memory; the caller saves. Raises RunStateConflict."""
    was = ItemState(item.failed_state or ItemState.WRITING)
    # What waited for a person is scored, and held, anew.
    item_transition(item, ItemState.SCORING if was == ItemState.REVIEW else was)
    item.error_code = item.error_message = item.failed_state = ""
