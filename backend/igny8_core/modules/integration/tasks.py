"""The room's tasks: reading a site's categories, tags, posts and pages, and trying several connections."""

from uuid import UUID

from igny8_core.modules.integration import services
from igny8_core.tenancy.worker import JobRun, tenant_task


@tenant_task("integration.sync_taxonomies", soft_time_limit=540, time_limit=600)
def sync_taxonomies(run: JobRun) -> None:
    """Read the terms of one destination."""
    services.taxonomies_sync(UUID(run.payload["destination_id"]), progress=run.progress)


@tenant_task("integration.sync_posts", soft_time_limit=540, time_limit=600)
def sync_posts(run: JobRun) -> None:
    """Read the posts and pages of one destination."""
    services.posts_sync(UUID(run.payload["destination_id"]), progress=run.progress)


@tenant_task("integration.check_destinations", soft_time_limit=540, time_limit=600)
def check_destinations(run: JobRun) -> None:
    """Try the chosen connections."""
    ids = [UUID(text) for text in run.payload["destination_ids"]]
    services.destinations_check(ids, progress=run.progress)
