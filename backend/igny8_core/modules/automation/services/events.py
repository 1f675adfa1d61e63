"""Writes what happened to a run or an item, in the caller's transaction; it must never change what happened."""

from typing import Any
from uuid import UUID

from igny8_core.modules.automation.constants import EventKind
from igny8_core.modules.automation.models import PipelineRun, RunEvent, RunItem
from igny8_core.tenancy.context import current_context


def run_event(
    run: PipelineRun, kind: EventKind, *, message: str = "", job_id: UUID | None = None, **detail: Any
) -> None:
    """Keep what happened to a run."""
    RunEvent.objects.create(
        site_id=run.site_id,
        run_id=run.pk,
        kind=kind,
        message=message,
        job_id=job_id,
        actor_id=current_context().actor_id,
        detail=detail,
    )


def item_event(
    item: RunItem,
    kind: EventKind,
    *,
    message: str = "",
    credits: int = 0,
    job_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Keep what happened to an item."""
    RunEvent.objects.create(
        site_id=item.site_id,
        run_id=item.run_id,
        item_id=item.pk,
        kind=kind,
        message=message,
        credits=credits,
        job_id=job_id,
        actor_id=current_context().actor_id,
        detail=detail,
    )
