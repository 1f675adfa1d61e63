"""The linker's jobs: load, call one service, report; nothing more."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from igny8_core.common.errors import DomainError
from igny8_core.modules.linker import services
from igny8_core.tenancy.worker import JobRun, tenant_task


def _batch_failed(payload: Mapping[str, Any], error: DomainError) -> None:
    services.batch_fail(UUID(payload["batch_id"]), error)


@tenant_task("linker.scan_site", soft_time_limit=840, time_limit=900)
def scan_site(run: JobRun) -> None:
    """Read a site's links."""
    report = services.site_scan(site_id=UUID(run.payload["site_id"]), progress=run.progress)
    run.progress(1, 1, "Done", **asdict(report))


@tenant_task("linker.suggest_links", soft_time_limit=840, time_limit=900)
def suggest_links(run: JobRun) -> None:
    """Look for links of a site's articles, or of one."""
    article = run.payload.get("article_id")
    report = services.suggestions_make(
        site_id=UUID(run.payload["site_id"]),
        article_id=UUID(article) if article else None,
        progress=run.progress,
    )
    run.progress(1, 1, "Done", **asdict(report))


@tenant_task("linker.insert_batch", on_failed=_batch_failed)
def insert_batch(run: JobRun) -> None:
    """Put a batch's links in."""
    services.batch_insert(UUID(run.payload["batch_id"]), progress=run.progress)


@tenant_task("linker.undo_batch", on_failed=_batch_failed)
def undo_batch(run: JobRun) -> None:
    """Take a batch's links out."""
    services.batch_undo(UUID(run.payload["batch_id"]), progress=run.progress)
