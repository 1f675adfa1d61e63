"""Does one step of a run and starts the next; whatever dies at any line, the same step can be done again."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.db.models import Max, Q

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.automation.constants import (
    ARTICLE_HELD,
    IDEA_FAULTS,
    IDEAS_PER_ARTICLE,
    OPEN_ITEM_STATES,
    ItemState,
    RunState,
    Stage,
)
from igny8_core.modules.automation.errors import RunIdeasExhausted, RunJobCancelled, RunStopped
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.services.runs import run_at_step, run_stop, step_over
from igny8_core.modules.automation.states import item_end, item_transition, run_transition
from igny8_core.modules.automation.types import Watch
from igny8_core.modules.optimizer.services import article_score
from igny8_core.modules.planner import selectors as planner_selectors
from igny8_core.modules.planner import services as planner
from igny8_core.modules.publisher import selectors as publisher_selectors
from igny8_core.modules.publisher import services as publisher
from igny8_core.modules.writer import services as writer
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.worker import JobCancelled


def run_advance(run_id: UUID, *, step: int, watch: Watch) -> None:
    """Do one step of a run and enqueue the next; call it with no transaction open.

    A second delivery of a step changes nothing. A refusal of the account (no credits) pauses the run with its reason; a
    text that cannot be written fails that item alone; anything else is raised to the job.
    """
    with tenant_transaction():
        run = run_at_step(run_id, step)
        if run is None:
            return
        if run.state != RunState.RUNNING:
            step_over(run)
            return
    try:
        _STAGES[Stage(run.stage)](run, _Watch(watch, run))
    except RunStopped:
        return
    except JobCancelled:
        _pause_with(run, RunJobCancelled())
        raise
    except DomainError as error:
        if error.kind is not ErrorKind.INSUFFICIENT_CREDITS:
            raise
        _pause_with(run, error)


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


def _pause_with(run: PipelineRun, error: DomainError) -> None:
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None:
            return
        if current.state == RunState.RUNNING:
            run_stop(current, RunState.PAUSED, error)
        step_over(current)


def _stage_done(run: PipelineRun, following: Stage, counts: dict[str, int]) -> None:
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None:
            return
        current.stage = following
        current.counts = {**current.counts, run.stage: counts}
        step_over(current)


def _import(run: PipelineRun, watch: _Watch) -> None:
    assert run.keyword_import_id is not None  # noqa: S101 - run_start sets the stage by it
    report = planner.keyword_import_run(run.keyword_import_id, progress=watch.progress)
    names = ("imported", "updated", "unchanged", "duplicates", "rejected")
    _stage_done(run, Stage.CLUSTER, {name: getattr(report, name) for name in names})


def _cluster(run: PipelineRun, watch: _Watch) -> None:
    report = planner.cluster_run(site_id=run.site_id, sector_id=run.sector_id, progress=watch.progress)
    counts = {"clusters": report.clusters, "clustered": report.clustered, "unassigned": report.unassigned}
    _stage_done(run, Stage.IDEAS, counts)


def _ideas(run: PipelineRun, watch: _Watch) -> None:
    report = planner.ideas_generate(site_id=run.site_id, progress=watch.progress)
    _stage_done(run, Stage.ARTICLES, {"created": report.created, "kept": report.kept})


def _articles(run: PipelineRun, watch: _Watch) -> None:
    item = _open_item(run)
    if item is not None:
        _item_advance(run, item, watch)
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None:
            return
        if item is None and current.state == RunState.RUNNING:
            current.stage = Stage.DONE
            run_transition(current, RunState.COMPLETED)
            audit_write("run.completed", row=current)
        step_over(current)


def _item_advance(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    state = ItemState(item.state)
    try:
        _ITEM_STEPS[state](run, item, watch)
    except DomainError as error:
        if error.code not in IDEA_FAULTS.get(state, ()):
            raise
        with tenant_transaction():
            current = _item_current(item)
            if current is not None:
                item_end(current, error)
                current.save()
                if error.code != ARTICLE_HELD:  # that idea has its article
                    # The writer says so of its own failures; an idea that is gone needs no mark.
                    with suppress(DomainError):
                        planner.idea_mark_failed(item.idea_id, reason=error.message)


def _open_item(run: PipelineRun) -> RunItem | None:
    """The item at work, or a new one while articles are owed; None when the run has all it owes.

    Raises RunIdeasExhausted and RunStopped.
    """
    with tenant_transaction():
        current = run_at_step(run.pk, run.step)
        if current is None or current.state == RunState.CANCELLED:
            raise RunStopped
        items = RunItem.objects.filter(run_id=run.pk)
        item = items.filter(state__in=OPEN_ITEM_STATES).order_by("position").first()
        if item is not None:
            return item
        if (
            items.filter(Q(state=ItemState.PUBLISHED) | Q(error_code=ARTICLE_HELD)).count()
            >= run.article_count
        ):
            return None
        if items.count() >= run.article_count * IDEAS_PER_ARTICLE:
            raise RunIdeasExhausted(
                "Too many articles of this run failed: see the reasons at its items, mend them, and start another run."
            )
        brief = planner_selectors.idea_brief_get(_next_idea_id(run))
        position = (items.aggregate(last=Max("position"))["last"] or 0) + 1
        item = RunItem.objects.create(
            site_id=run.site_id, run=run, position=position, idea_id=brief.idea_id, title=brief.title
        )
        # The idea leaves the pool in the same transaction: no other step can take it.
        planner.idea_mark_queued(brief.idea_id)
        return item


def _next_idea_id(run: PipelineRun) -> UUID:
    """The best idea that this run has not tried: one that failed here may have been accepted again since."""
    tried = set(RunItem.objects.filter(run_id=run.pk).values_list("idea_id", flat=True))
    for idea_id in planner_selectors.idea_next_ids(
        run.site_id, limit=len(tried) + 1, sector_id=run.sector_id
    ):
        if idea_id not in tried:
            return idea_id
    raise RunIdeasExhausted


def _write(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    with tenant_transaction():
        if _item_current(item) is None:
            raise RunStopped  # cancelled, and the idea given back
        task = writer.task_create(item.idea_id)
    article = writer.article_write(
        task.pk, job_id=watch.id, progress=watch.progress, checkpoint=watch.checkpoint
    )
    with tenant_transaction():
        _item_save(item, ItemState.SCORING, article_id=article.pk)


def _score(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    assert item.article_id is not None  # noqa: S101 - set by the step before
    with tenant_transaction():
        snapshot = article_score(item.article_id)
        _item_save(item, ItemState.PUBLISHING, score=snapshot.total)


def _publish(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    assert item.article_id is not None  # noqa: S101 - set two steps before
    try:
        with tenant_transaction():
            reserved = publisher.publication_reserve(
                article_id=item.article_id, destination_id=run.destination_id
            )
    except publisher.ArticleHeld as held:
        with tenant_transaction():
            publisher.article_hold(held.decision)
        raise
    publisher.publication_publish(reserved.pk, checkpoint=watch.checkpoint, progress=watch.progress)
    with tenant_transaction():
        url = publisher_selectors.publication_get(reserved.pk).url
        _item_save(item, ItemState.PUBLISHED, publication_id=reserved.pk, url=url)
        # What is public counts, whatever a person did to the idea meanwhile.
        with suppress(DomainError):
            planner.idea_mark_completed(item.idea_id)


def _item_current(item: RunItem) -> RunItem | None:
    """The item's row, locked, unless somebody moved it on meanwhile."""
    return RunItem.objects.select_for_update().filter(pk=item.pk, state=item.state).first()


def _item_save(item: RunItem, state: ItemState, **fields: object) -> None:
    current = _item_current(item)
    if current is None:
        return
    for name, value in fields.items():
        setattr(current, name, value)
    item_transition(current, state)
    current.save()


def _done(run: PipelineRun, watch: _Watch) -> None:
    """Nothing: the run is over."""


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
