"""The room's tasks: publish an article, and let the preview pages follow deletions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from igny8_core.common.errors import DomainError
from igny8_core.modules.publisher import services
from igny8_core.tenancy.worker import JobRun, tenant_task


def _failed(payload: Mapping[str, Any], error: DomainError) -> None:
    services.publication_fail(UUID(payload["publication_id"]), error)


@tenant_task(
    "publisher.publish_article", soft_time_limit=540, time_limit=600, max_attempts=6, on_failed=_failed
)
def publish_article(run: JobRun) -> None:
    """Publish, or go on publishing after a crash."""
    services.publication_publish(
        UUID(run.payload["publication_id"]), checkpoint=run.checkpoint, progress=run.progress
    )


@tenant_task("publisher.follow_deletions", soft_time_limit=540, time_limit=600, max_attempts=6)
def follow_deletions(run: JobRun) -> None:
    """Take down the preview pages of deleted publications, and put back those of restored ones."""
    for site_id in run.payload["site_ids"]:
        services.preview_pages_follow(UUID(site_id), checkpoint=run.checkpoint)
