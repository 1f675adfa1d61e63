"""What the room's tests share: a run over a small export, its steps one by one, and the ledger's view of it."""

import io
from typing import Any
from uuid import UUID

from igny8_core.common.clock import utc_now
from igny8_core.modules.automation import tasks  # noqa: F401 - registers the room's task
from igny8_core.modules.automation.models import PipelineRun, RunEvent, RunItem
from igny8_core.modules.automation.selectors import item_timeline
from igny8_core.modules.automation.services import run_start, settings_update
from igny8_core.modules.automation.types import SettingsView
from igny8_core.modules.billing.selectors import balance_check, balance_get
from igny8_core.modules.billing.services import credits_grant
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.planner.services import keyword_import_create
from igny8_core.modules.planner.tests.samples import SEMRUSH
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

GRANT = 1_000
REFUSAL = "I'm sorry, but as an AI language model I cannot help with writing about this subject at all."
PREPARING_STEPS = 3  # import, cluster, ideas
ITEM_STEPS = 3  # write, score, publish
MAX_STEPS = 60


def credits_give(tenant: Tenant, amount: int = GRANT, *, key: str = "test") -> None:
    """Credits to write with."""
    with tenant.work():
        credits_grant(amount, reason="for a test", idempotency_key=key)


def credits_of(tenant: Tenant) -> tuple[int, int]:
    """(balance, held), proven against the ledger line by line."""
    with tenant.work():
        assert balance_check().is_exact
        found = balance_get()
        return found.balance, found.held


def run_make(tenant: Tenant, **fields: Any) -> PipelineRun:
    """A run that has just been started on an upload of eighteen keywords."""
    with tenant.work():
        uploaded = keyword_import_create(
            site_id=tenant.site.pk,
            sector_id=tenant.sector.pk,
            filename="moka_us.csv",
            content=io.BytesIO(SEMRUSH.encode()),
        )
        destination = destination_preview_ensure(tenant.site.pk)
        wanted = {
            "site_id": tenant.site.pk,
            "sector_id": tenant.sector.pk,
            "import_id": uploaded.pk,
            "destination_id": destination.pk,
            "article_count": 1,
        }
        return run_start(**(wanted | fields))


def run_get(tenant: Tenant, run_id: UUID) -> PipelineRun:
    """The run as it is now."""
    with tenant.work():
        return PipelineRun.objects.get(pk=run_id)


def items_of(tenant: Tenant, run: PipelineRun) -> list[RunItem]:
    """The run's items in order."""
    with tenant.work():
        return list(RunItem.objects.filter(run_id=run.pk).order_by("position"))


def jobs_waiting(tenant: Tenant) -> list[Job]:
    """The steps that wait for a worker."""
    with tenant.work():
        return list(Job.objects.filter(kind="automation.advance_run", state="queued"))


def step(tenant: Tenant) -> Job:
    """Do the one waiting step, at once even if it was to be tried again later."""
    (job,) = jobs_waiting(tenant)
    with tenant.work():
        Job.objects.filter(pk=job.pk, run_after__isnull=False).update(run_after=utc_now())
    return job_run(job)


def steps(tenant: Tenant, count: int = MAX_STEPS) -> list[Job]:
    """Do so many steps, or all there are."""
    done: list[Job] = []
    while len(done) < count and jobs_waiting(tenant):
        done.append(step(tenant))
    return done


def settings_set(tenant: Tenant, **changes: Any) -> SettingsView:
    """The site's settings, changed."""
    with tenant.work():
        return settings_update(tenant.site.pk, **changes)


def keywords_plan(tenant: Tenant) -> None:
    """Eighteen keywords in clusters, with ideas, by a run that does no more."""
    before = settings_set(tenant).stages
    settings_set(tenant, stages=["cluster", "ideas"])
    run = run_make(tenant, destination_id=None)
    steps(tenant)
    assert run_get(tenant, run.pk).state == "completed"
    settings_set(tenant, stages=list(before))


def kinds_of(tenant: Tenant, item: RunItem) -> list[str]:
    """What happened to an item, oldest first."""
    with tenant.work():
        return [event.kind for event in item_timeline(item.pk)]


def run_kinds(tenant: Tenant, run: PipelineRun) -> list[str]:
    """What happened to a run itself, oldest first."""
    with tenant.work():
        rows = RunEvent.objects.filter(run_id=run.pk, item=None).order_by("id")
        return list(rows.values_list("kind", flat=True))
