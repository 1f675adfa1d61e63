"""Tries failed items again, each from the step that failed; what succeeded is neither done nor paid again."""

from uuid import UUID

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.automation.constants import EventKind, ItemState, RunState
from igny8_core.modules.automation.errors import NothingFailed, RunStateConflict
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.services.events import item_event
from igny8_core.modules.automation.services.runs import run_locked, run_reopen
from igny8_core.modules.automation.states import item_reopen
from igny8_core.modules.planner import services as planner
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import tenant_transaction


def run_retry_failed(run_id: UUID) -> PipelineRun:
    """Put a run's failed items back to the step that failed and let the run go on.

    An item whose idea was deleted, or became an article elsewhere, stays failed. Raises NotFound, NothingFailed,
    RunActive when the site has another run at work, and RunStateConflict for a cancelled run.
    """
    with tenant_transaction():
        run = run_locked(run_id)
        failed = RunItem.objects.select_for_update().filter(run_id=run_id, state=ItemState.FAILED)
        return _retry(run, list(failed.order_by("position")))


def item_retry(item_id: UUID) -> RunItem:
    """Put one failed item back to the step that failed and let its run go on. Raises as `run_retry_failed` does."""
    with tenant_transaction():
        found = RunItem.objects.filter(pk=item_id).first()
        if found is None:
            raise NotFound
        run = run_locked(found.run_id)
        item = RunItem.objects.select_for_update().filter(pk=item_id, state=ItemState.FAILED).first()
        _retry(run, [item] if item is not None else [])
        return RunItem.objects.get(pk=item_id)


def _retry(run: PipelineRun, items: list[RunItem]) -> PipelineRun:
    if run.state == RunState.CANCELLED:
        raise RunStateConflict("A cancelled run cannot become running.")
    opened = [item for item in items if _reopened(item)]
    if not opened:
        raise NothingFailed
    audit_write("run.retried", row=run, detail={"items": [str(item.pk) for item in opened]})
    run_reopen(run)
    return run


def _reopened(item: RunItem) -> bool:
    """Whether an item could be put back; its idea is queued again."""
    try:
        with tenant_transaction():
            planner.idea_mark_queued(item.idea_id)
    except DomainError:
        if item.article_id is None:
            return False  # without its idea nothing can be written
    item_reopen(item)
    item.save()
    item_event(item, EventKind.ITEM_RETRIED, state=item.state)
    return True
