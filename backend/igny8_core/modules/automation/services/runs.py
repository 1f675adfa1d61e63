"""The life of a run: start, pause, resume, cancel, fail, and the count of its steps; it must never do a step's work."""

from contextlib import suppress
from uuid import UUID

from django.db import IntegrityError, transaction

from igny8_core.auth.selectors import sector_list
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.automation.constants import (
    MAX_ARTICLES,
    ONE_ACTIVE_RUN,
    ItemState,
    RunState,
    Stage,
)
from igny8_core.modules.automation.errors import RunActive, RunCancelled, RunStateConflict
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.states import item_end, run_transition
from igny8_core.modules.integration.selectors import destination_get
from igny8_core.modules.planner import services as planner
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

    Raises RunActive when the site has an unfinished run, NotFound for a destination or sector of another site and an
    import that is not there, and RunStateConflict for a number of articles outside 1 to 100.
    """
    if not 1 <= article_count <= MAX_ARTICLES:
        raise RunStateConflict(f"A run writes 1 to {MAX_ARTICLES} articles.")
    if destination_get(destination_id).site_id != site_id:
        raise NotFound
    if sector_id is not None and sector_id not in [sector.pk for sector in sector_list(site_id)]:
        raise NotFound
    run = PipelineRun(
        site_id=site_id,
        sector_id=sector_id,
        destination_id=destination_id,
        keyword_import_id=import_id,
        article_count=article_count,
        request_key=request_key,
        stage=Stage.IMPORT if import_id else Stage.CLUSTER,
        step=1,
    )
    with tenant_transaction():
        _save(run)
        audit_write("run.started", row=run, detail={"article_count": article_count})
        _step_enqueue(run)
    return run


def _save(run: PipelineRun) -> None:
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        is_second = ONE_ACTIVE_RUN in str(error)
        raise (RunActive if is_second else NotFound) from error


def _step_enqueue(run: PipelineRun) -> None:
    """Have the run's step done; while its job is active this makes no second one."""
    enqueue(
        "automation.advance_run",
        payload={"run_id": str(run.pk), "step": run.step},
        site_id=run.site_id,
        dedupe_key=f"{run.pk}:{run.step}",
    )


def step_over(run: PipelineRun) -> None:
    """Count a step in the transaction that ends it, and start the next while the run goes on.

    It is counted in a stopped run too: resuming then makes a new job and never relies on the one that is just ending.
    """
    run.step += 1
    run.save()
    if run.state == RunState.RUNNING:
        _step_enqueue(run)


def _locked(run_id: UUID) -> PipelineRun:
    run = PipelineRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run


def run_at_step(run_id: UUID, step: int) -> PipelineRun | None:
    """The run, locked, unless this step is over: it was delivered twice then."""
    return PipelineRun.objects.select_for_update().filter(pk=run_id, step=step).first()


def run_pause(run_id: UUID) -> PipelineRun:
    """Let the step at work finish and start no other. Raises NotFound and RunStateConflict."""
    return _move(run_id, RunState.PAUSED, "run.paused")


def run_resume(run_id: UUID) -> PipelineRun:
    """Go on with a paused or failed run where it stands; a running one only gets the job that it may have lost.

    Raises NotFound, RunStateConflict, and RunActive when the site has another unfinished run by now.
    """
    with tenant_transaction():
        run = _locked(run_id)
        if run.state != RunState.RUNNING:
            run = _move(run_id, RunState.RUNNING, "run.resumed")
        _step_enqueue(run)
    return run


def run_cancel(run_id: UUID) -> PipelineRun:
    """Stop a run at its next checkpoint; what is published stays, the idea at work may be taken again.

    Raises NotFound and RunStateConflict.
    """
    with tenant_transaction():
        run = _move(run_id, RunState.CANCELLED, "run.cancelled")
        for item in RunItem.objects.select_for_update().filter(run_id=run_id, state=ItemState.WRITING):
            _idea_give_back(item.idea_id)
            item_end(item, RunCancelled())
            item.save()
    return run


def _idea_give_back(idea_id: UUID) -> None:
    # A person may have moved or deleted the idea, and a finished article keeps it: all of that is fine.
    with suppress(DomainError):
        writer.task_fail(writer.task_create(idea_id).pk, RunCancelled())
        planner.idea_accept(idea_id)


def _move(run_id: UUID, state: RunState, action: str) -> PipelineRun:
    with tenant_transaction():
        run = _locked(run_id)
        run_transition(run, state)
        _save(run)
        audit_write(action, row=run)
    return run


def run_fail(run_id: UUID, *, step: int, error: DomainError) -> None:
    """Fail a run whose step failed for good, with the reason; a run that is elsewhere is left alone."""
    with tenant_transaction():
        run = run_at_step(run_id, step)
        if run is not None and run.state == RunState.RUNNING:
            run_stop(run, RunState.FAILED, error)
            run.save()


def run_stop(run: PipelineRun, state: RunState, error: DomainError) -> None:
    """Stop a run in memory with the reason; the caller saves."""
    run_transition(run, state)
    run.error_code, run.error_message = error.code, error.message
