"""Every write to runs: start, pause, resume, cancel, and the one step that a job does before it starts the next."""

from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from igny8_core.common.errors import DomainError, ErrorKind, NotFound
from igny8_core.modules.automation.constants import (
    IDEAS_PER_ARTICLE,
    MAX_ARTICLES,
    OPEN_ITEM_STATES,
    ItemState,
    RunState,
    Stage,
)
from igny8_core.modules.automation.errors import (
    RunActive,
    RunIdeasExhausted,
    RunStateConflict,
    RunStopped,
)
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.states import item_transition, run_transition
from igny8_core.modules.automation.types import Watch
from igny8_core.modules.integration.selectors import destination_get
from igny8_core.modules.optimizer.services import article_score
from igny8_core.modules.planner import selectors as planner_selectors
from igny8_core.modules.planner import services as planner
from igny8_core.modules.publisher import selectors as publisher_selectors
from igny8_core.modules.publisher import services as publisher
from igny8_core.modules.writer import services as writer
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.queue import enqueue


def run_start(
    *,
    site_id: UUID,
    destination_id: UUID,
    article_count: int,
    sector_id: UUID | None = None,
    import_id: UUID | None = None,
    request_key: str = "",
) -> PipelineRun:
    """Start a run for a site and enqueue its first step.

    Raises RunActive when the site has an unfinished run, NotFound for a destination of another site, and
    RunStateConflict for a number of articles outside 1 to 100.
    """
    if not 1 <= article_count <= MAX_ARTICLES:
        raise RunStateConflict(f"A run writes 1 to {MAX_ARTICLES} articles.")
    if destination_get(destination_id).site_id != site_id:
        raise NotFound
    run = PipelineRun(
        site_id=site_id,
        sector_id=sector_id,
        destination_id=destination_id,
        keyword_import_id=import_id,
        article_count=article_count,
        request_key=request_key,
        stage=Stage.IMPORT if import_id else Stage.CLUSTER,
    )
    with tenant_transaction():
        try:
            with transaction.atomic():
                run.save()
        except IntegrityError as error:
            raise RunActive from error
        audit_write("run.started", row=run, detail={"article_count": article_count})
        _next_step(run)
    return run


def _next_step(run: PipelineRun) -> None:
    run.step += 1
    run.save(update_fields=["step"])
    enqueue(
        "automation.advance_run",
        payload={"run_id": str(run.pk)},
        site_id=run.site_id,
        dedupe_key=f"{run.pk}:{run.step}",
    )


def _locked(run_id: UUID) -> PipelineRun:
    run = PipelineRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run


def run_pause(run_id: UUID) -> PipelineRun:
    """Let the step at work finish and start no other. Raises NotFound and RunStateConflict."""
    return _move(run_id, RunState.PAUSED, "run.paused")


def run_cancel(run_id: UUID) -> PipelineRun:
    """Stop a run at its next checkpoint; what is published stays. Raises NotFound and RunStateConflict."""
    return _move(run_id, RunState.CANCELLED, "run.cancelled")


def run_resume(run_id: UUID) -> PipelineRun:
    """Go on with a paused or failed run where it stands.

    Raises NotFound, RunStateConflict, and RunActive when the site has another unfinished run by now.
    """
    try:
        with tenant_transaction():
            run = _move(run_id, RunState.RUNNING, "run.resumed")
            _next_step(run)
    except IntegrityError as error:
        raise RunActive from error
    return run


def _move(run_id: UUID, state: RunState, action: str) -> PipelineRun:
    with tenant_transaction():
        run = _locked(run_id)
        run_transition(run, state)
        run.save()
        audit_write(action, row=run)
    return run


def run_fail(run_id: UUID, error: DomainError) -> None:
    """Put a running run into its failed state with the reason; any other state is left alone."""
    with tenant_transaction():
        run = _locked(run_id)
        if run.state != RunState.RUNNING:
            return
        run_transition(run, RunState.FAILED)
        run.error_code, run.error_message = error.code, error.message
        run.save()


def run_advance(run_id: UUID, *, watch: Watch) -> None:
    """Do one step of a run and enqueue the next; call it with no transaction open.

    A second delivery of a step finds the work done and only moves on. A refusal of the account (no credits) pauses the
    run with its reason; a refusal of one idea fails that item alone; anything retryable is raised to the job.
    """
    with tenant_transaction():
        run = PipelineRun.objects.filter(pk=run_id).first()
    if run is None or run.state != RunState.RUNNING:
        return
    try:
        _STAGES[Stage(run.stage)](run, _Watch(watch, run_id))
    except RunStopped:
        return
    except DomainError as error:
        if error.kind is not ErrorKind.INSUFFICIENT_CREDITS:
            raise
        _pause_with(run_id, error)


class _Watch:
    """The job's watch, which also notices that the run was cancelled."""

    def __init__(self, watch: Watch, run_id: UUID) -> None:
        self._watch, self._run_id, self.id = watch, run_id, watch.id

    def progress(self, done: int, total: int, message: str = "") -> None:
        self._watch.progress(done, total, message)

    def checkpoint(self) -> None:
        self._watch.checkpoint()
        with tenant_transaction():
            if not PipelineRun.objects.filter(pk=self._run_id).exclude(state=RunState.CANCELLED).exists():
                raise RunStopped


def _pause_with(run_id: UUID, error: DomainError) -> None:
    with tenant_transaction():
        run = _locked(run_id)
        if run.state == RunState.RUNNING:
            run_transition(run, RunState.PAUSED)
            run.error_code, run.error_message = error.code, error.message
            run.save()


def _stage_done(run_id: UUID, stage: Stage, following: Stage, counts: dict[str, int]) -> None:
    with tenant_transaction():
        run = _locked(run_id)
        if run.stage != stage:
            return  # this step was delivered twice
        run.stage = following
        run.counts = {**run.counts, stage.value: counts}
        run.save()
        if run.state == RunState.RUNNING:
            _next_step(run)


def _import(run: PipelineRun, watch: _Watch) -> None:
    assert run.keyword_import_id is not None  # noqa: S101 - run_start sets the stage by it
    report = planner.keyword_import_run(run.keyword_import_id, progress=watch.progress)
    counts = {"imported": report.imported, "updated": report.updated, "rejected": report.rejected}
    _stage_done(run.pk, Stage.IMPORT, Stage.CLUSTER, counts)


def _cluster(run: PipelineRun, watch: _Watch) -> None:
    report = planner.cluster_run(site_id=run.site_id, sector_id=run.sector_id, progress=watch.progress)
    counts = {"clusters": report.clusters, "clustered": report.clustered, "unassigned": report.unassigned}
    _stage_done(run.pk, Stage.CLUSTER, Stage.IDEAS, counts)


def _ideas(run: PipelineRun, watch: _Watch) -> None:
    report = planner.ideas_generate(site_id=run.site_id, progress=watch.progress)
    _stage_done(run.pk, Stage.IDEAS, Stage.ARTICLES, {"created": report.created, "kept": report.kept})


def _articles(run: PipelineRun, watch: _Watch) -> None:
    item = _open_item(run)
    if item is None:
        _finish(run)
        return
    try:
        _ITEM_STEPS[ItemState(item.state)](run, item, watch)
    except DomainError as error:
        if getattr(error, "is_retryable", False) or error.kind is ErrorKind.INSUFFICIENT_CREDITS:
            raise
        _item_fail(item, error)
    with tenant_transaction():
        run = _locked(run.pk)
        if run.state == RunState.RUNNING:
            _next_step(run)


def _open_item(run: PipelineRun) -> RunItem | None:
    """The item at work, or a new one while articles are owed; None when the run has all it owes.

    Raises RunIdeasExhausted.
    """
    with tenant_transaction():
        _locked(run.pk)
        items = RunItem.objects.filter(run_id=run.pk)
        item = items.filter(state__in=OPEN_ITEM_STATES).order_by("position").first()
        if item is not None:
            return item
        if items.filter(state=ItemState.PUBLISHED).count() >= run.article_count:
            return None
        if items.count() >= run.article_count * IDEAS_PER_ARTICLE:
            raise RunIdeasExhausted("Too many articles of this run failed; see the reasons at its items.")
        idea_ids = planner_selectors.idea_next_ids(run.site_id, limit=1)
        if not idea_ids:
            raise RunIdeasExhausted
        brief = planner_selectors.idea_brief_get(idea_ids[0])
        position = (items.aggregate(last=Max("position"))["last"] or 0) + 1
        item = RunItem.objects.create(
            site_id=run.site_id, run=run, position=position, idea_id=brief.idea_id, title=brief.title
        )
        # The idea leaves the pool in the same transaction: no other step can take it.
        writer.task_create(brief.idea_id)
        return item


def _write(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    with tenant_transaction():
        task = writer.task_create(item.idea_id)
    article = writer.article_write(
        task.pk, job_id=watch.id, progress=watch.progress, checkpoint=watch.checkpoint
    )
    _item_save(item, ItemState.SCORING, article_id=article.pk)


def _score(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    assert item.article_id is not None  # noqa: S101 - set by the step before
    with tenant_transaction():
        snapshot = article_score(item.article_id)
    _item_save(item, ItemState.PUBLISHING, score=snapshot.total)


def _publish(run: PipelineRun, item: RunItem, watch: _Watch) -> None:
    assert item.article_id is not None  # noqa: S101 - set two steps before
    with tenant_transaction():
        reserved = publisher.publication_reserve(article_id=item.article_id, destination_id=run.destination_id)
    publisher.publication_publish(reserved.pk, checkpoint=watch.checkpoint, progress=watch.progress)
    with tenant_transaction():
        url = publisher_selectors.publication_get(reserved.pk).url
        planner.idea_mark_completed(item.idea_id)
    _item_save(item, ItemState.PUBLISHED, publication_id=reserved.pk, url=url)


def _item_save(item: RunItem, state: ItemState, **fields: object) -> None:
    with tenant_transaction():
        current = RunItem.objects.select_for_update().get(pk=item.pk)
        if current.state != item.state:
            return  # this step was delivered twice
        for name, value in fields.items():
            setattr(current, name, value)
        item_transition(current, state)
        current.save()


def _item_fail(item: RunItem, error: DomainError) -> None:
    _item_save(item, ItemState.FAILED, error_code=error.code, error_message=error.message)
    with tenant_transaction():
        planner.idea_mark_failed(item.idea_id, reason=error.message)


def _finish(run: PipelineRun) -> None:
    with tenant_transaction():
        run = _locked(run.pk)
        if run.state == RunState.RUNNING:
            run.stage = Stage.DONE
            run_transition(run, RunState.COMPLETED)
            run.save()
            audit_write("run.completed", row=run)


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
