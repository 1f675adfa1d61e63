"""The one function per model that moves a state."""

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError
from igny8_core.modules.automation.constants import ItemState, RunState
from igny8_core.modules.automation.errors import RunStateConflict
from igny8_core.modules.automation.models import PipelineRun, RunItem

_RUN = {
    RunState.RUNNING: {RunState.PAUSED, RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED},
    RunState.PAUSED: {RunState.RUNNING, RunState.CANCELLED},
    RunState.FAILED: {RunState.RUNNING, RunState.CANCELLED},
}
_ITEM = {
    ItemState.WRITING: {ItemState.SCORING, ItemState.FAILED},
    ItemState.SCORING: {ItemState.PUBLISHING, ItemState.FAILED},
    ItemState.PUBLISHING: {ItemState.PUBLISHED, ItemState.FAILED},
}


def run_transition(run: PipelineRun, state: RunState) -> None:
    """Move a run in memory; the caller saves. Raises RunStateConflict."""
    if state not in _RUN.get(RunState(run.state), set()):
        raise RunStateConflict(f"A {run.state} run cannot become {state}.")
    run.state = state
    run.finished_at = None if state in (RunState.RUNNING, RunState.PAUSED) else utc_now()
    if state == RunState.RUNNING:
        run.error_code = run.error_message = ""


def item_transition(item: RunItem, state: ItemState) -> None:
    """Move an item in memory; the caller saves. Raises RunStateConflict."""
    if state not in _ITEM.get(ItemState(item.state), set()):
        raise RunStateConflict(f"A {item.state} item cannot become {state}.")
    item.state = state


def item_end(item: RunItem, error: DomainError) -> None:
    """End an item in memory with the reason; the caller saves. Raises RunStateConflict."""
    item_transition(item, ItemState.FAILED)
    item.error_code, item.error_message = error.code, error.message
