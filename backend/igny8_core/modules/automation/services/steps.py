"""Does one step of a run and starts the next; whatever dies at any line, the same step can be done again."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.db.models import Max

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.automation.constants import (
    IDEA_FAULTS,
    IDEAS_PER_ARTICLE,
    OPEN_ITEM_STATES,
    WORKING_RUN_STATES,
    EventKind,
    ItemState,
    RunState,
    Stage,
    Switch,
)
from igny8_core.modules.automation.errors import (
    BudgetReached,
    IdeasWaiting,
    PipelineDisabled,
    RunIdeasExhausted,
    RunJobCancelled,
    RunStopped,
)
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.selectors import settings_get
from igny8_core.modules.automation.services.budgets import brief_price, run_budget_require
from igny8_core.modules.automation.services.events import item_event, run_event
from igny8_core.modules.automation.services.ideas import idea_choose
from igny8_core.modules.automation.services.items import (
    item_current,
    item_fail,
    item_hold,
    item_pass,
    item_scored,
)
from igny8_core.modules.automation.services.reviews import destination_require, hold_reason
from igny8_core.modules.automation.services.runs import (
    run_at_step,
    run_settle,
    run_stop,
    stage_after,
    step_over,
)
from igny8_core.modules.automation.types import Watch
from igny8_core.modules.optimizer.services import article_score
from igny8_core.modules.planner import services as planner
from igny8_core.modules.planner.selectors import idea_brief_get
from igny8_core.modules.publisher import selectors as publisher_selectors
from igny8_core.modules.publisher import services as publisher
from igny8_core.modules.writer import services as writer
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.worker import JobCancelled


def run_advance(run_id: UUID, *, step: int, watch: Watch) -> None:
    """Do one step of a run and enqueue the next; call it with no transaction open.

    A second delivery of a step changes nothing. A refusal of the account (no credits) and a budget that is used up
    pause the run with the reason; undecided ideas let it wait; a text that cannot be written fails that item alone;
    anything else is raised to the job.
    """
    with tenant_transaction():
        run = run_at_step(run_id, step)
        if run is None or not _may_work(run):
            return
    try:
        _STAGES[Stage(run.stage)](run, _Watch(watch, run))
    except RunStopped:
        return
    except JobCancelled:
        _stop_with(run, RunState.PAUSED, RunJobCancelled())
        raise
    except IdeasWaiting as error:
        _stop_with(run, RunState.WAITING, error)
    except BudgetReached as error:
        _stop_with(run, RunState.PAUSED, error)
    except DomainError as error:
        if error.kind is not ErrorKind.INSUFFICIENT_CREDITS:
            raise
        _stop_with(run, RunState.PAUSED, error)


def _may_work(run: PipelineRun) -> bool:
    """Whether a locked run wants this step; one that does not has it counted as over."""
    if run.state not in WORKING_RUN_STATES:
        step_over(run)
        return False
    if settings_get(run.site_id).is_enabled:
        return True
    if run.state == RunState.RUNNING:
        run_stop(run, RunState.PAUSED, PipelineDisabled())
    run.step += 1  # without a next one: `run_continue` makes it when the switch is on again
    run.save()
    return False


class _Watch:
    """The job's watch, which also notices that the run was cancelled or that this step is over."""

    def __init__(self, watch: Watch, run: PipelineRun) -> None:
        self._watch, self.id = watch, watch.id
        self._run_id, self._step = run.pk, run.step

    def progress(self, done: int, total: int, message: str = "") -> None:
        self._watch.progress(done, total, message)
        self._require_wanted()

    def checkpoint(self) -> None:
        self._watch.checkpoint()
        self._require_wanted()

    def _require_wanted(self) -> None:
        with tenant_transaction():
            rows = PipelineRun.objects.filter(pk=self._run_id, step=self._step)
            if not rows.exclude(state=RunState.CANCELLED).exists():
                raise RunStopped


def _stop_with(run: PipelineRun, state: RunState, error: DomainError) -> None:
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None:
            return
        if current.state == RunState.RUNNING:
            run_stop(current, state, error)
        elif current.state == RunState.WAITING:
            # Paused, it would stand in the way of the site's next run.
            run_stop(current, RunState.FAILED, error)
        step_over(current)


def _stage_done(run: PipelineRun, watch: _Watch, counts: dict[str, int]) -> None:
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None:
            return
        current.stage = stage_after(Stage(run.stage), run.stages)
        current.counts = {**current.counts, run.stage: counts}
        run_event(current, EventKind.STAGE_DONE, job_id=watch.id, stage=run.stage, counts=counts)
        step_over(current)


def _import(run: PipelineRun, watch: _Watch) -> None:
    assert run.keyword_import_id is not None  # noqa: S101 - run_start sets the stage by it
    report = planner.keyword_import_run(run.keyword_import_id, progress=watch.progress)
    names = ("imported", "updated", "unchanged", "duplicates", "rejected")
    _stage_done(run, watch, {name: getattr(report, name) for name in names})


def _cluster(run: PipelineRun, watch: _Watch) -> None:
    report = planner.cluster_run(site_id=run.site_id, sector_id=run.sector_id, progress=watch.progress)
    counts = {"clusters": report.clusters, "clustered": report.clustered, "unassigned": report.unassigned}
    _stage_done(run, watch, counts)


def _ideas(run: PipelineRun, watch: _Watch) -> None:
    report = planner.ideas_generate(site_id=run.site_id, limit=run.ideas_limit, progress=watch.progress)
    _stage_done(run, watch, {"created": report.created, "kept": report.kept})


def _articles(run: PipelineRun, watch: _Watch) -> None:
    item = _open_item(run)
    if item is not None:
        _item_advance(run, item, watch)
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None:
            return
        if item is None or current.state == RunState.WAITING:
            run_settle(current)
        step_over(current)


def _item_advance(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    state = ItemState(item.state)
    try:
        _ITEM_STEPS[state](run, item, watch)
    except DomainError as error:
        if error.code not in IDEA_FAULTS.get(state, ()):
            raise
        with tenant_transaction():
            item_fail(item, error, job_id=watch.id)


def _open_item(run: PipelineRun) -> RunItem | None:
    """The item at work, or a new one while articles are owed; None when the run has all it owes, or only waits.

    Raises RunIdeasExhausted, IdeasWaiting, BudgetReached and RunStopped.
    """
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None or current.state == RunState.CANCELLED:
            raise RunStopped
        items = RunItem.objects.filter(run_id=run.pk)
        item = items.filter(state__in=OPEN_ITEM_STATES).order_by("position").first()
        # A rejected article is no failure: nobody asked for another one in its place.
        owed = run.article_count - items.exclude(state=ItemState.FAILED).count()
        if item is not None or owed <= 0 or current.state == RunState.WAITING:
            return item
        try:
            return _item_take(run)
        except RunIdeasExhausted:
            if items.filter(state=ItemState.REVIEW).exists():
                return None
            raise


def _item_take(run: PipelineRun) -> RunItem:
    items = RunItem.objects.filter(run_id=run.pk)
    if items.count() >= run.article_count * IDEAS_PER_ARTICLE:
        raise RunIdeasExhausted(
            "Too many articles of this run failed: see the reasons at its items, mend them, and start another run."
        )
    if Switch.PUBLISH in run.stages:
        destination_require(run)  # before anything is paid
    brief = idea_brief_get(idea_choose(run))
    run_budget_require(run, price=brief_price(brief))
    position = (items.aggregate(last=Max("position"))["last"] or 0) + 1
    item = RunItem.objects.create(
        site_id=run.site_id, run=run, position=position, idea_id=brief.idea_id, title=brief.title
    )
    # The idea leaves the pool in the same transaction: no other step can take it.
    planner.idea_mark_queued(brief.idea_id)
    item_event(item, EventKind.ITEM_TAKEN, message=brief.title, idea_id=str(brief.idea_id))
    return item


def _write(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    with tenant_transaction():
        if item_current(item) is None:
            raise RunStopped  # cancelled, and the idea given back
        task = writer.task_create(item.idea_id)
    article = writer.article_write(
        task.pk, job_id=watch.id, progress=watch.progress, checkpoint=watch.checkpoint
    )
    with tenant_transaction():
        # An article that was there before was paid for by somebody else.
        paid = article.credits if article.created_at >= item.created_at else 0
        fields = {"article_id": article.pk, "credits": paid, "written_at": utc_now()}
        if item_pass(run, item, **fields) is not None:
            item_event(
                item, EventKind.ITEM_WRITTEN, credits=paid, job_id=watch.id, article_id=str(article.pk)
            )


def _score(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    assert item.article_id is not None  # noqa: S101 - set by the step before
    with tenant_transaction():
        score = article_score(item.article_id).total
        reason = hold_reason(run, item.article_id)
    with tenant_transaction():
        item_scored(run, item, score=score, held_reason=reason, job_id=watch.id)


def _publish(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    reason, publication_id = _reserved(run, item)
    try:
        if publication_id is not None:
            publisher.publication_publish(
                publication_id, checkpoint=watch.checkpoint, progress=watch.progress
            )
    except publisher.ArticleHeld as held:  # edited in the meantime
        reason = held.decision.reason
    with tenant_transaction():
        if reason or publication_id is None:
            item_hold(item, held_reason=reason)
            return
        url = publisher_selectors.publication_get(publication_id).url
        if item_pass(run, item, publication_id=publication_id, url=url) is not None:
            item_event(item, EventKind.ITEM_PUBLISHED, message=url, job_id=watch.id)
        # What is public counts, whatever a person did to the idea meanwhile.
        with suppress(DomainError):
            planner.idea_mark_completed(item.idea_id)


def _reserved(run: PipelineRun, item: RunItem) -> tuple[str, UUID | None]:
    """Why the article is held after all, edited since it was approved, or else its reserved publication."""
    assert item.article_id is not None  # noqa: S101 - set two steps before
    try:
        with tenant_transaction():
            reason = hold_reason(run, item.article_id)
            if reason:
                return reason, None
            reserved = publisher.publication_reserve(
                article_id=item.article_id, destination_id=destination_require(run)
            )
            return "", reserved.pk
    except publisher.ArticleHeld as held:
        return held.decision.reason, None


def _done(run: PipelineRun, watch: _Watch) -> None:
    """End a run that was to write nothing."""
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is not None:
            run_settle(current)
            step_over(current)


_STAGES: dict[Stage, Callable[[PipelineRun, _Watch], None]] = {
    Stage.IMPORT: _import,
    Stage.CLUSTER: _cluster,
    Stage.IDEAS: _ideas,
    Stage.ARTICLES: _articles,
    Stage.DONE: _done,
}
_ITEM_STEPS: dict[ItemState, Callable[[PipelineRun, RunItem, _Watch], None]] = {
    ItemState.WRITING: _write,
    ItemState.SCORING: _score,
    ItemState.PUBLISHING: _publish,
}
