"""A step may be delivered twice, die after its work, be cancelled or fail for good: nothing is ever done twice."""

from uuid import uuid4

import pytest
from django.db import connections

from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.services import run_advance, run_resume
from igny8_core.modules.automation.services import steps as steps_module
from igny8_core.modules.automation.tests.fake_model import FakeModel
from igny8_core.modules.automation.tests.samples import (
    GRANT,
    ITEM_STEPS,
    PREPARING_STEPS,
    credits_give,
    credits_of,
    items_of,
    jobs_waiting,
    run_get,
    run_make,
    step,
    steps,
)
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import job_cancel
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)


class Watch:
    """A job that nobody stops."""

    id = uuid4()

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Nobody looks."""

    def checkpoint(self) -> None:
        """Nobody stops it."""


@pytest.fixture
def run(tenant: Tenant, model: FakeModel) -> PipelineRun:
    credits_give(tenant)
    return run_make(tenant)


def picture(tenant: Tenant, run: PipelineRun, model: FakeModel) -> tuple[object, ...]:
    """Everything that a second delivery could spoil."""
    with tenant.work():
        return (
            run_get(tenant, run.pk).version,
            [(item.pk, item.version) for item in items_of(tenant, run)],
            list(Job.objects.order_by("id").values_list("pk", "state")),
            list(Article.objects.values_list("pk", "version")),
            list(Publication.objects.values_list("pk", "version")),
            len(model.prompts),
            credits_of(tenant),
        )


def assert_one_of_each(tenant: Tenant, run: PipelineRun) -> None:
    with tenant.work():
        (article,) = Article.objects.all()
        (publication,) = Publication.objects.all()
        (item,) = RunItem.objects.all()
    done = (run_get(tenant, run.pk).state, publication.state, item.state)
    assert done == ("completed", "published", "published")
    assert credits_of(tenant) == (GRANT - article.credits, 0)


def test_every_step_delivered_twice_changes_nothing(
    tenant: Tenant, run: PipelineRun, model: FakeModel
) -> None:
    delivered = 0
    while jobs_waiting(tenant):
        job = step(tenant)
        before = picture(tenant, run, model)
        job_run(job)
        with tenant_scope(tenant.context):
            run_advance(run.pk, step=job.payload["step"], watch=Watch())
        assert picture(tenant, run, model) == before
        delivered += 1
    assert delivered == PREPARING_STEPS + ITEM_STEPS + 1
    assert_one_of_each(tenant, run)


def test_every_step_that_dies_after_its_work_is_done_again_without_a_trace(
    tenant: Tenant, run: PipelineRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, died = steps_module.step_over, set()

    def dying_once(current: PipelineRun) -> None:
        if current.step not in died:
            died.add(current.step)
            raise RuntimeError("killed")
        real(current)

    monkeypatch.setattr(steps_module, "step_over", dying_once)
    done = steps(tenant)
    # A step of articles that is done again finds its item one state further: written and scored, published and ended.
    assert [job.state for job in done] == ["queued", "succeeded"] * (PREPARING_STEPS + 2)
    assert_one_of_each(tenant, run)


def test_cancelled_job_pauses_its_run(tenant: Tenant, run: PipelineRun, model: FakeModel) -> None:
    steps(tenant, PREPARING_STEPS)
    (job,) = jobs_waiting(tenant)
    answer = model.script

    def script(number: int, prompt: str) -> tuple[int, str]:
        if number == 1:
            cancel_elsewhere(tenant, job)
        return answer(number, prompt)

    model.script = script
    assert step(tenant).state == "cancelled"
    stopped = run_get(tenant, run.pk)
    assert (stopped.state, stopped.error_code, jobs_waiting(tenant)) == ("paused", "run_job_cancelled", [])
    assert credits_of(tenant) == (GRANT, 0)
    with tenant.work():
        run_resume(run.pk)
    steps(tenant)
    assert_one_of_each(tenant, run)


def cancel_elsewhere(tenant: Tenant, job: Job) -> None:
    with tenant.work():
        job_cancel(job.pk)
    connections.close_all()


def test_run_that_lost_its_job_gets_it_again_when_resumed(tenant: Tenant, run: PipelineRun) -> None:
    (job,) = jobs_waiting(tenant)
    with tenant.work():
        job_cancel(job.pk)
    assert (run_get(tenant, run.pk).state, jobs_waiting(tenant)) == ("running", [])
    with tenant.work():
        run_resume(run.pk)
    steps(tenant)
    assert_one_of_each(tenant, run)


def test_model_that_is_down_is_asked_again_and_then_fails_the_run(
    tenant: Tenant, run: PipelineRun, model: FakeModel
) -> None:
    steps(tenant, PREPARING_STEPS)
    model.script = lambda number, prompt: (503, "x")
    done = steps(tenant)
    assert [job.state for job in done] == ["queued", "queued", "queued", "failed"]
    stopped = run_get(tenant, run.pk)
    assert (stopped.state, stopped.error_code) == ("failed", "model_server_failed")
    assert credits_of(tenant) == (GRANT, 0)


def test_job_of_another_account_does_not_reach_the_run(
    tenant: Tenant, stranger: Tenant, run: PipelineRun
) -> None:
    with tenant_scope(stranger.context):
        run_advance(run.pk, step=1, watch=Watch())
    assert (run_get(tenant, run.pk).step, len(jobs_waiting(tenant))) == (1, 1)
