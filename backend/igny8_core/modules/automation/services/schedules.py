"""Starts a site's run from its settings, by hand or when its schedule is due; what is skipped keeps its reason."""

from uuid import UUID

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.automation.constants import RunState, Switch, Trigger
from igny8_core.modules.automation.errors import (
    DestinationMissing,
    IdeasWaiting,
    PipelineDisabled,
    PlanStopped,
    RunActive,
)
from igny8_core.modules.automation.models import PipelineRun, PipelineSettings
from igny8_core.modules.automation.schedule import schedule_next
from igny8_core.modules.automation.selectors import run_is_active, schedules_due, settings_get
from igny8_core.modules.automation.services.budgets import month_budget_require
from igny8_core.modules.automation.services.runs import run_start
from igny8_core.modules.automation.services.settings import schedule_of
from igny8_core.modules.automation.types import SettingsView
from igny8_core.modules.billing.selectors import plan_get
from igny8_core.modules.integration.selectors import destination_get
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.planner.selectors import plan_outlook
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.tasks import in_each_account


def run_now(site_id: UUID) -> PipelineRun:
    """Start what the site's settings describe, at once, whatever its schedule says.

    Raises what `run_start` raises, PlanStopped, IdeasWaiting while another run of the site waits for decisions on its
    ideas, and BudgetReached when the month's budget is used up.
    """
    return _start(settings_get(site_id), trigger=Trigger.PERSON)


def schedules_start() -> int:
    """Start every run that is due, each account in a scope of its own; returns the number of accounts done."""
    due = schedules_due()
    return in_each_account(
        due, lambda account_id: [schedule_start(settings_id) for settings_id in due[account_id]]
    )


def schedule_start(settings_id: UUID) -> bool:
    """Claim one due start and make it, or skip it with its reason: in one transaction, so that none is lost or doubled.

    Returns whether a run was started; a start that somebody else claimed is none of ours.
    """
    with tenant_transaction():
        now = utc_now()
        row = PipelineSettings.objects.filter(pk=settings_id, next_run_at__lte=now).first()
        if row is None:
            return False
        following = schedule_next(schedule_of(row), after=now)
        # Compare and set: the second of two sweepers waits here, and then finds another time.
        due = PipelineSettings.objects.filter(pk=row.pk, next_run_at=row.next_run_at)
        if not due.update(next_run_at=following):
            return False
        try:
            with tenant_transaction():
                _start(settings_get(row.site_id), trigger=Trigger.SCHEDULE)
        except DomainError as error:
            _skip(row, error)
            return False
    return True


def _start(settings: SettingsView, *, trigger: Trigger) -> PipelineRun:
    _require_ready(settings)
    return run_start(
        site_id=settings.site_id,
        destination_id=settings.destination_id or _preview(settings),
        article_count=settings.articles_per_run,
        trigger=trigger,
    )


def _preview(settings: SettingsView) -> UUID | None:
    """The built-in preview site, for a site that has chosen no destination: its first run needs nothing else."""
    if Switch.PUBLISH not in settings.stages:
        return None
    return destination_preview_ensure(settings.site_id).pk


def _require_ready(settings: SettingsView) -> None:
    if not settings.is_enabled:
        raise PipelineDisabled
    if not plan_get().may_run_jobs:
        raise PlanStopped
    _require_destination(settings)
    if run_is_active(settings.site_id):
        raise RunActive
    waiting = PipelineRun.objects.filter(
        site_id=settings.site_id, state=RunState.WAITING, error_code=IdeasWaiting.code
    )
    if waiting.exists():
        raise IdeasWaiting(plan_outlook(settings.site_id).ideas_new)
    month_budget_require(settings.site_id)


def _require_destination(settings: SettingsView) -> None:
    if Switch.PUBLISH not in settings.stages or settings.destination_id is None:
        return
    try:
        destination_get(settings.destination_id)
    except NotFound as error:  # deleted since it was chosen
        raise DestinationMissing from error


def _skip(row: PipelineSettings, error: DomainError) -> None:
    PipelineSettings.objects.filter(pk=row.pk).update(
        last_skipped_at=utc_now(), last_skip_code=error.code, last_skip_message=error.message
    )
    audit_write("pipeline.skipped", row=row, reason=error.message, detail={"code": error.code})
