"""The room's tasks: a step of a run, the starts that are due, and what people have decided."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from celery import shared_task

from igny8_core.common.errors import DomainError
from igny8_core.modules.automation import services
from igny8_core.tenancy.worker import JobRun, tenant_task


def _failed(payload: Mapping[str, Any], error: DomainError) -> None:
    services.run_fail(UUID(payload["run_id"]), step=payload["step"], error=error)


@tenant_task("automation.advance_run", soft_time_limit=840, time_limit=900, max_attempts=4, on_failed=_failed)
def advance_run(run: JobRun) -> None:
    """Do one step of a run; it enqueues the next."""
    services.run_advance(UUID(run.payload["run_id"]), step=run.payload["step"], watch=run)


@shared_task(name="automation.start_due_runs", soft_time_limit=50, time_limit=60, ignore_result=True)
def start_due_runs() -> int:
    """Start the runs that schedules are due for; returns the number of accounts done."""
    return services.schedules_start()


@shared_task(name="automation.continue_waiting", soft_time_limit=50, time_limit=60, ignore_result=True)
def continue_waiting() -> int:
    """Let go on what waited for people who have decided; returns the number of accounts done."""
    return services.waiting_continue()
