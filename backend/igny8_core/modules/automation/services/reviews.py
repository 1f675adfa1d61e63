"""Holds articles before a person, and lets runs go on once people have decided; it must never decide itself."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.automation.constants import ApprovalMode, EventKind, ItemState, RunState, Switch
from igny8_core.modules.automation.errors import (
    DestinationMissing,
    IdeasWaiting,
    RunActive,
    RunIdeasExhausted,
)
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.selectors import items_in_review, runs_waiting, settings_get
from igny8_core.modules.automation.services.events import item_event
from igny8_core.modules.automation.services.ideas import idea_choose
from igny8_core.modules.automation.services.items import item_current, item_fail
from igny8_core.modules.automation.services.runs import (
    items_open,
    run_locked,
    run_reopen,
    run_settle,
    step_enqueue,
)
from igny8_core.modules.automation.states import item_transition
from igny8_core.modules.integration.selectors import destination_get
from igny8_core.modules.planner import services as planner
from igny8_core.modules.publisher.services import gate_check
from igny8_core.modules.writer.selectors import article_review_get
from igny8_core.modules.writer.types import ArticleReview
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.tasks import in_each_account

_EVERY_ARTICLE = "Every article of this site is reviewed before it is published."
_REJECTED = "A person rejected this version of the article: edit it, or approve it."


def hold_reason(run: PipelineRun, article_id: UUID) -> str:
    """Why an article, as it is now, must not be published by this run, or nothing when it may.

    Raises NotFound for an article that is gone, and DestinationMissing.
    """
    if Switch.PUBLISH not in run.stages:
        return ""
    review = article_review_get(article_id)
    if review.is_approved:
        return ""
    if review.is_rejected:
        return _REJECTED
    # What the site asks for by now counts, too: who turns reviews on means the articles that are on their way.
    if {run.approval_mode, settings_get(run.site_id).approval_mode} != {ApprovalMode.AUTO}:
        return _EVERY_ARTICLE
    decision = gate_check(article_id=article_id, destination_id=destination_require(run))
    return "" if decision.is_open else decision.reason


def destination_require(run: PipelineRun) -> UUID:
    """Where a run publishes; raises DestinationMissing when that is gone: no article fails, or is paid, for it."""
    try:
        if run.destination_id is None:
            raise NotFound
        return destination_get(run.destination_id).id
    except NotFound as error:
        raise DestinationMissing from error


def items_continue(article_id: UUID) -> int:
    """Let the items that wait for an article's review go on as it was decided; returns how many moved.

    Call it right after a decision, in its transaction or after it; the sweeper does the same a minute later. Approved
    items are published, rejected ones end with the person's comment.
    """
    with tenant_transaction():
        waiting = RunItem.objects.filter(article_id=article_id, state=ItemState.REVIEW).order_by("id")
        return sum(item_continue(item_id) for item_id in list(waiting.values_list("pk", flat=True)))


def item_continue(item_id: UUID) -> bool:
    """Move one item that waits for a review, if the review is decided; whether it moved."""
    with tenant_transaction():
        found = RunItem.objects.filter(pk=item_id, state=ItemState.REVIEW).first()
        if found is None:
            return False
        run = run_locked(found.run_id)
        item = item_current(found)
        if item is None or not _is_moved(run, item):
            return False
        _follow(run)
    return True


def _is_moved(run: PipelineRun, item: RunItem) -> bool:
    assert item.article_id is not None  # noqa: S101 - nothing is held before it is written
    try:
        review, reason = article_review_get(item.article_id), hold_reason(run, item.article_id)
    except NotFound as error:  # a person deleted the article
        item_fail(item, error)
        return True
    except DestinationMissing as error:
        review, reason = article_review_get(item.article_id), error.message
    if review.is_rejected:
        _reject(item, review)
        return True
    if reason:
        RunItem.objects.filter(pk=item.pk).update(checked_at=utc_now())
        return False
    item_transition(item, ItemState.PUBLISHING)
    item.held_reason = ""
    item.save()
    _decision_keep(item, EventKind.ITEM_APPROVED, review)
    return True


def _reject(item: RunItem, review: ArticleReview) -> None:
    item_transition(item, ItemState.REJECTED)
    item.error_code, item.error_message = "article_rejected", review.comment
    item.save()
    _decision_keep(item, EventKind.ITEM_REJECTED, review)
    with suppress(DomainError):  # a person may have moved the idea
        planner.idea_mark_failed(item.idea_id, reason=review.comment)


def _decision_keep(item: RunItem, kind: EventKind, review: ArticleReview) -> None:
    reviewer = None if review.reviewed_by_id is None else str(review.reviewed_by_id)
    item_event(item, kind, message=review.comment, reviewed_by_id=reviewer, version=review.version)


def run_continue(run_id: UUID) -> bool:
    """Wake a waiting run when its ideas are decided or it has something to do; whether it went on or ended."""
    with tenant_transaction():
        run = run_locked(run_id)
        if run.state != RunState.WAITING or not settings_get(run.site_id).is_enabled:
            return False
        PipelineRun.objects.filter(pk=run.pk).update(checked_at=utc_now())
        if run.error_code != IdeasWaiting.code:
            return _follow(run)
        return _ideas_decided(run)


def _ideas_decided(run: PipelineRun) -> bool:
    try:
        idea_choose(run)
        run_reopen(run)
    except RunActive:
        return False  # the site's other run works first
    except IdeasWaiting as error:
        if error.message != run.error_message:
            run.error_message = error.message
            run.save()
        return _follow(run)
    except RunIdeasExhausted:  # every one was rejected, or is written elsewhere
        run.error_code = run.error_message = ""
        return _follow(run)
    return True


def _follow(run: PipelineRun) -> bool:
    """Give a locked, waiting run what its items ask for now: a step, its end, or the right number in its message.

    A running one sees to its items itself; a paused or failed one does when it is resumed.
    """
    if run.state != RunState.WAITING:
        return False
    if items_open(run.pk):
        if settings_get(run.site_id).is_enabled:
            step_enqueue(run)
        return True
    before = (run.state, run.error_code, run.error_message)
    if run.error_code != IdeasWaiting.code:
        run_settle(run)
    if before != (run.state, run.error_code, run.error_message):
        run.save()
    return run.state != RunState.WAITING


def waiting_continue() -> int:
    """Let every item and run go on whose people have decided, each account by itself; returns the accounts done."""
    items, runs = items_in_review(), runs_waiting()

    def work(account_id: int) -> None:
        _each(items.get(account_id, ()), runs.get(account_id, ()))

    return in_each_account(sorted({*items, *runs}), work)


def _each(item_ids: Iterable[UUID], run_ids: Iterable[UUID]) -> None:
    for item_id in sorted(item_ids):
        item_continue(item_id)
    for run_id in sorted(run_ids):
        run_continue(run_id)
