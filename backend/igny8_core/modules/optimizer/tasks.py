"""The room's one task: the scores of a whole site."""

from uuid import UUID

from igny8_core.modules.optimizer import services
from igny8_core.tenancy.worker import JobRun, tenant_task


@tenant_task("optimizer.score_site", soft_time_limit=840, time_limit=900)
def score_site(run: JobRun) -> None:
    """Score every article of a site whose newest version has no score."""
    services.site_score(UUID(run.payload["site_id"]), progress=run.progress, checkpoint=run.checkpoint)
