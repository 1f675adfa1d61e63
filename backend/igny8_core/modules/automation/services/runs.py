"""The life of a run: start, pause, resume, cancel, fail, and the count of its steps; it must never do a step's work."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.db import IntegrityError, transaction

from igny8_core.auth.selectors import sector_list, site_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.automation.constants import (
    MAX_ARTICLES,
    ONE_ACTIVE_RUN,
    OPEN_ITEM_STATES,
    RUN_ORDER,
    STAGE_SWITCH,
    WORKING_RUN_STATES,
    EventKind,
    ItemState,
    RunState,
    Stage,
    Switch,
    Trigger,
)
from igny8_core.modules.automation.errors import (
    ArticlesWaiting,
    DestinationMissing,
    PipelineDisabled,
    RunActive,
    RunCancelled,
    RunJobCancelled,
    RunStateConflict,
)
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.notices import run_tell
from igny8_core.modules.automation.selectors import settings_get
from igny8_core.modules.automation.services.events import item_event, run_event
from igny8_core.modules.automation.states import item_end, run_transition
from igny8_core.modules.automation.types import SettingsView
from igny8_core.modules.integration.selectors import destination_get
from igny8_core.modules.planner import services as planner
from igny8_core.modules.writer import services as writer
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

_STOPPED = {
    RunState.PAUSED: EventKind.RUN_PAUSED,
    RunState.WAITING: EventKind.RUN_WAITING,
    RunState.FAILED: EventKind.RUN_FAILED,
}


def run_start(
    *,
    site_id: UUID,
    article_count: int,
    destination_id: UUID | None = None,
    sector_id: UUID | None = None,
    import_id: UUID | None = None,
    request_key: str = "",
    trigger: Trigger = Trigger.PERSON,
) -> PipelineRun:
    """Start a run for a site and enqueue its first step.

    The site's settings say the rest: its stages, who approves, what it may spend. Raises RunActive when the site has a
    run at work, PipelineDisabled, DestinationMissing, NotFound for a destination or sector of another site and an
    import that is not there, and RunStateConflict for a number of articles outside 1 to 100.
    """
    if not 1 <= article_count <= MAX_ARTICLES:
        raise RunStateConflict(f"A run writes 1 to {MAX_ARTICLES} articles.")
    settings = _settings_to_start(site_id, destination_id=destination_id, sector_id=sector_id)
    run = PipelineRun(
        site_id=site_id,
        sector_id=sector_id,
        destination_id=destination_id,
        keyword_import_id=import_id,
        article_count=article_count,
        request_key=request_key,
        trigger=trigger,
        stages=list(settings.stages),
        ideas_limit=settings.ideas_per_run,
        approval_mode=settings.approval_mode,
        credit_budget=settings.run_credit_budget,
        stage=Stage.IMPORT if import_id else stage_after(Stage.IMPORT, settings.stages),
        step=1,
    )
    with tenant_transaction():
        _save(run)
        audit_write("run.started", row=run, detail={"article_count": article_count})
        first = step_enqueue(run)
        run_event(run, EventKind.RUN_STARTED, job_id=first.pk, trigger=trigger, article_count=article_count)
    return run


def _settings_to_start(site_id: UUID, *, destination_id: UUID | None, sector_id: UUID | None) -> SettingsView:
    site_get(site_id)
    settings = settings_get(site_id)
    if not settings.is_enabled:
        raise PipelineDisabled
    _require_place(site_id, destination_id=destination_id, sector_id=sector_id)
    if destination_id is None and Switch.PUBLISH in settings.stages:
        raise DestinationMissing
    return settings


def _require_place(site_id: UUID, *, destination_id: UUID | None, sector_id: UUID | None) -> None:
    if destination_id is not None and destination_get(destination_id).site_id != site_id:
        raise NotFound
    if sector_id is not None and sector_id not in [sector.pk for sector in sector_list(site_id)]:
        raise NotFound


def stage_after(stage: Stage, switches: Sequence[str]) -> Stage:
    """The next stage that is not switched off."""
    following = RUN_ORDER[RUN_ORDER.index(stage) + 1 :]
    return next(one for one in following if one not in STAGE_SWITCH or STAGE_SWITCH[one] in switches)


def _save(run: PipelineRun) -> None:
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        is_second = ONE_ACTIVE_RUN in str(error)
        raise (RunActive if is_second else NotFound) from error


def step_enqueue(run: PipelineRun) -> Job:
    """Have the run's step done; while its job is active this makes no second one."""
    return enqueue(
        "automation.advance_run",
        payload={"run_id": str(run.pk), "step": run.step},
        site_id=run.site_id,
        dedupe_key=f"{run.pk}:{run.step}",
    )


def step_over(run: PipelineRun) -> None:
    """Count a step in the transaction that ends it, and start the next while the run has something to do.

    It is counted in a stopped run too: resuming then makes a new job and never relies on the one that is just ending.
    """
    run.step += 1
    run.save()
    if run.state == RunState.RUNNING or (run.state == RunState.WAITING and items_open(run.pk)):
        step_enqueue(run)


def items_open(run_id: UUID) -> bool:
    """Whether an item of a run can be worked on."""
    return RunItem.objects.filter(run_id=run_id, state__in=OPEN_ITEM_STATES).exists()


def run_locked(run_id: UUID) -> PipelineRun:
    """The run, locked before any of its items; keys that point at it pass. Raises NotFound."""
    run = PipelineRun.objects.select_for_update(no_key=True).filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run


def run_at_step(run_id: UUID, step: int) -> PipelineRun | None:
    """The run, locked, unless this step is over: it was delivered twice then."""
    return PipelineRun.objects.select_for_update(no_key=True).filter(pk=run_id, step=step).first()


def run_pause(run_id: UUID) -> PipelineRun:
    """Let the step at work finish and start no other. Raises NotFound and RunStateConflict."""
    return _move(run_id, RunState.PAUSED, EventKind.RUN_PAUSED)


def run_resume(run_id: UUID) -> PipelineRun:
    """Go on with a stopped or waiting run where it stands; a running one only gets the job that it may have lost.

    Raises NotFound, RunStateConflict, and RunActive when the site has another run at work by now.
    """
    with tenant_transaction():
        run = run_locked(run_id)
        if run.state == RunState.COMPLETED:
            raise RunStateConflict(
                "A completed run has nothing to go on with; its failed items can be tried again."
            )
        if run.state != RunState.RUNNING:
            run = _move(run_id, RunState.RUNNING, EventKind.RUN_RESUMED)
        step_enqueue(run)
    return run


def run_cancel(run_id: UUID) -> PipelineRun:
    """Stop a run at its next checkpoint; what is published stays, the idea at work may be taken again.

    Articles that wait for review stay with the writer. Raises NotFound and RunStateConflict.
    """
    with tenant_transaction():
        run = _move(run_id, RunState.CANCELLED, EventKind.RUN_CANCELLED)
        for item in RunItem.objects.select_for_update().filter(
            run_id=run_id, state__in=[ItemState.WRITING, ItemState.REVIEW]
        ):
            if item.state == ItemState.WRITING:
                _idea_give_back(item.idea_id)
            item_end(item, RunCancelled())
            item.save()
            item_event(item, EventKind.ITEM_FAILED, message=item.error_message, code=item.error_code)
    return run


def _idea_give_back(idea_id: UUID) -> None:
    # A person may have moved or deleted the idea, and a finished article keeps it: all of that is fine.
    with suppress(DomainError):
        writer.task_fail(writer.task_create(idea_id).pk, RunCancelled())
        planner.idea_accept(idea_id)


def _move(run_id: UUID, state: RunState, kind: EventKind) -> PipelineRun:
    with tenant_transaction():
        run = run_locked(run_id)
        run_transition(run, state)
        _save(run)
        audit_write(kind.value, row=run)
        run_event(run, kind)
    return run


def run_reopen(run: PipelineRun) -> None:
    """Let a locked run work again: items of it are open again, or ideas are accepted. Raises RunActive."""
    if run.state == RunState.RUNNING:
        return
    run_transition(run, RunState.RUNNING)
    run.stage = Stage.ARTICLES
    _save(run)
    run_event(run, EventKind.RUN_RESUMED, job_id=step_enqueue(run).pk)


def run_fail(run_id: UUID, *, step: int, error: DomainError) -> None:
    """Fail a run whose step failed for good, with the reason; a run that is elsewhere is left alone."""
    with tenant_transaction():
        run = run_at_step(run_id, step)
        if run is not None and run.state in WORKING_RUN_STATES:
            run_stop(run, RunState.FAILED, error)
            run.save()


def run_stop(run: PipelineRun, state: RunState, error: DomainError) -> None:
    """Stop a run in memory with the reason, and say so in its timeline and to people; the caller saves."""
    run_transition(run, state)
    run.error_code, run.error_message = error.code, error.message
    run.checked_at = utc_now()
    run_event(run, _STOPPED[state], message=error.message, code=error.code)
    if not isinstance(error, RunJobCancelled):  # whoever cancelled the job knows
        run_tell(run)


def run_settle(run: PipelineRun) -> None:
    """End a locked run that has nothing to do, or let it wait for people, in memory; the caller saves.

    A run that somebody stopped, and one whose items became open again meanwhile, is left as it is.
    """
    if run.state not in WORKING_RUN_STATES or items_open(run.pk):
        return
    waiting = RunItem.objects.filter(run_id=run.pk, state=ItemState.REVIEW).count()
    if not waiting:
        run.stage, run.error_code, run.error_message = Stage.DONE, "", ""
        run_transition(run, RunState.COMPLETED)
        audit_write("run.completed", row=run)
        run_event(run, EventKind.RUN_COMPLETED)
        run_tell(run)
        return
    error = ArticlesWaiting(waiting)
    if run.state == RunState.RUNNING:
        run_stop(run, RunState.WAITING, error)
    run.error_code, run.error_message = error.code, error.message
