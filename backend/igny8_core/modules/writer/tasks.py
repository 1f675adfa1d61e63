"""The room's one task: writing the article of a task."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from igny8_core.common.errors import DomainError
from igny8_core.modules.writer import services
from igny8_core.tenancy.worker import JobRun, tenant_task


def _failed(payload: Mapping[str, Any], error: DomainError) -> None:
    services.task_give_up(UUID(payload["task_id"]), error)


@tenant_task("writer.write_article", soft_time_limit=840, time_limit=900, on_failed=_failed)
def write_article(run: JobRun) -> None:
    """Write the article of one task, or go on where an earlier attempt stopped."""
    services.article_write(
        UUID(run.payload["task_id"]),
        job_id=run.id,
        progress=run.progress,
        checkpoint=run.checkpoint,
    )
