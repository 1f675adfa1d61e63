"""The planner's jobs: load, call one service, report; nothing more."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from igny8_core.common.errors import DomainError
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import VectorSource
from igny8_core.tenancy.worker import JobRun, tenant_task


def _import_failed(payload: Mapping[str, Any], error: DomainError) -> None:
    services.keyword_import_fail(UUID(payload["import_id"]), error=error)


@tenant_task("planner.import_keywords", soft_time_limit=840, time_limit=900, on_failed=_import_failed)
def import_keywords(run: JobRun) -> None:
    """Read one uploaded export."""
    report = services.keyword_import_run(UUID(run.payload["import_id"]), progress=run.progress)
    counts = {name: value for name, value in asdict(report).items() if name != "import_id"}
    run.progress(1, 1, "Done", **counts)


@tenant_task("planner.cluster_keywords", soft_time_limit=840, time_limit=900)
def cluster_keywords(run: JobRun) -> None:
    """Group a site's keywords."""
    sector = run.payload.get("sector_id")
    report = services.cluster_run(
        site_id=UUID(run.payload["site_id"]),
        sector_id=UUID(sector) if sector else None,
        granularity=run.payload.get("granularity", "normal"),
        vectors=run.payload.get("vectors", VectorSource.SHIPPED),
        job_id=run.id,
        progress=run.progress,
    )
    run.progress(1, 1, "Done", **asdict(report))


@tenant_task("planner.preview_clusters", soft_time_limit=840, time_limit=900)
def preview_clusters(run: JobRun) -> None:
    """Count what each granularity would make; writes nothing but the counts."""
    sector = run.payload.get("sector_id")
    report = services.cluster_preview(
        site_id=UUID(run.payload["site_id"]),
        sector_id=UUID(sector) if sector else None,
        progress=run.progress,
    )
    run.progress(1, 1, "Done", keywords=report.keywords, **report.clusters)


@tenant_task("planner.generate_ideas", soft_time_limit=840, time_limit=900)
def generate_ideas(run: JobRun) -> None:
    """Make a site's content ideas."""
    site_id = UUID(run.payload["site_id"])
    report = services.ideas_generate(site_id=site_id, progress=run.progress)
    services.findings_run(site_id=site_id, progress=run.progress)
    run.progress(1, 1, "Done", **asdict(report))


@tenant_task("planner.key_keywords", soft_time_limit=840, time_limit=900)
def key_keywords(run: JobRun) -> None:
    """Give a site's keywords the key that near duplicates share."""
    keyed = services.keywords_key(site_id=UUID(run.payload["site_id"]), progress=run.progress)
    run.progress(1, 1, "Done", keyed=keyed)


@tenant_task("planner.find_conflicts", soft_time_limit=840, time_limit=900)
def find_conflicts(run: JobRun) -> None:
    """Look for what chases one query on a site."""
    report = services.findings_run(site_id=UUID(run.payload["site_id"]), progress=run.progress)
    run.progress(1, 1, "Done", **asdict(report))
