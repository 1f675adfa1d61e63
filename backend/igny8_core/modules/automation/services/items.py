"""Moves an item from one state to the next and says so in its timeline; it must never do the work of a state."""

from contextlib import suppress
from uuid import UUID

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError
from igny8_core.modules.automation.constants import ITEM_ORDER, EventKind, ItemState, Switch
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.services.events import item_event
from igny8_core.modules.automation.states import item_end, item_transition
from igny8_core.modules.planner import services as planner
from igny8_core.modules.writer import services as writer


def item_current(item: RunItem) -> RunItem | None:
    """The item's row, locked, unless somebody moved it on meanwhile."""
    return RunItem.objects.select_for_update().filter(pk=item.pk, state=item.state).first()


def item_pass(run: PipelineRun, item: RunItem, **fields: object) -> RunItem | None:
    """Move an item on to what follows its state; None when somebody moved it meanwhile."""
    current = item_current(item)
    if current is None:
        return None
    for name, value in fields.items():
        setattr(current, name, value)
    _move_on(run, current)
    return current


def item_scored(run: PipelineRun, item: RunItem, *, score: int, held_reason: str, job_id: UUID) -> None:
    """Keep an item's score and move it on, or before a person when there is a reason to hold it."""
    _review_ask(item, held_reason)
    current = item_current(item)
    if current is None:
        return
    current.score = score
    item_event(current, EventKind.ITEM_SCORED, job_id=job_id, score=score)
    if held_reason:
        _hold(current, held_reason)
    else:
        _move_on(run, current)


def item_hold(item: RunItem, *, held_reason: str) -> None:
    """Put an item before a person that was on its way to be published."""
    _review_ask(item, held_reason)
    current = item_current(item)
    if current is not None:
        _hold(current, held_reason)


def _review_ask(item: RunItem, held_reason: str) -> None:
    # Before the item is locked: whoever decides holds the article and then asks for its items.
    if held_reason and item.article_id is not None:
        writer.article_review_request(item.article_id, reason=held_reason)


def _hold(item: RunItem, held_reason: str) -> None:
    item_transition(item, ItemState.REVIEW)
    item.held_reason, item.checked_at = held_reason, utc_now()
    item.save()
    item_event(item, EventKind.ITEM_HELD, message=held_reason)


def _move_on(run: PipelineRun, item: RunItem) -> None:
    item_transition(item, _following(run, item))
    item.save()
    if item.state == ItemState.WRITTEN:
        with suppress(DomainError):  # a person may have moved the idea
            planner.idea_mark_completed(item.idea_id)


def _following(run: PipelineRun, item: RunItem) -> ItemState:
    if item.state == ItemState.PUBLISHING:
        return ItemState.PUBLISHED
    following = ITEM_ORDER[ITEM_ORDER.index(ItemState(item.state)) + 1]
    if following == ItemState.PUBLISHING and Switch.PUBLISH not in run.stages:
        return ItemState.WRITTEN
    return following


def item_fail(item: RunItem, error: DomainError, *, job_id: UUID | None = None) -> None:
    """End an item with the reason, and its idea with it, unless somebody moved it meanwhile."""
    current = item_current(item)
    if current is None:
        return
    item_end(current, error)
    current.save()
    item_event(current, EventKind.ITEM_FAILED, message=error.message, job_id=job_id, code=error.code)
    # The writer says so of its own failures; an idea that is gone needs no mark.
    with suppress(DomainError):
        planner.idea_mark_failed(current.idea_id, reason=error.message)
