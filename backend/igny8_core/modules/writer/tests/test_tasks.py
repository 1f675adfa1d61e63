"""The job as a worker runs it: written once, tried again where that helps, given up with a reason."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from celery import current_app
from django.db import connections

from igny8_core.modules.billing.services import credits_adjust, credits_grant
from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.modules.writer.services import task_write_start, writing
from igny8_core.modules.writer.tasks import write_article
from igny8_core.modules.writer.tests.fake_model import Answer, FakeModel, failing, good
from igny8_core.modules.writer.tests.samples import (
    CLEAN,
    GRANT,
    PRICE,
    REQUESTS,
    STEEP,
    WATER,
    credits_of,
    task_get,
)
from igny8_core.tenancy.models import Job, JobState
from igny8_core.tenancy.queue import job_cancel
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker() -> Iterator[None]:
    with patch.object(current_app, "send_task"):
        yield


@pytest.fixture
def job(tenant: Tenant, task: WritingTask) -> Job:
    with tenant.work():
        job = task_write_start(task)
    assert job.kind == write_article.name
    return job


def due_again(tenant: Tenant, job: Job) -> Job:
    with tenant.work():
        Job.objects.filter(pk=job.pk).update(run_after=None)
    return job


def aside(work: Callable[[], object]) -> None:
    """Do something on a connection of its own, as another process would."""
    try:
        work()
    finally:
        connections.close_all()


def test_job_writes_the_article_and_shows_its_way(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    done = job_run(job)
    assert (done.state, done.progress_done, done.progress_total) == (JobState.SUCCEEDED, 3, 3)
    assert (done.credits_held, done.credits_charged) == (PRICE, PRICE)
    assert task_get(tenant, task.pk).state == TaskState.DONE
    assert credits_of(tenant) == (GRANT - PRICE, 0)


def test_job_delivered_twice_writes_once(tenant: Tenant, job: Job, model: FakeModel) -> None:
    job_run(job)
    assert job_run(job).state == JobState.SUCCEEDED
    assert len(model.prompts) == REQUESTS
    with tenant.work():
        assert Article.objects.count() == 1


def test_job_goes_on_after_a_fault_that_passes(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    model.script = lambda number, prompt: failing(500) if number > 2 else good(prompt)
    waiting = job_run(job)
    assert (waiting.state, waiting.error_code) == (JobState.QUEUED, "model_server_failed")
    assert waiting.run_after is not None
    assert task_get(tenant, task.pk).state == TaskState.QUEUED
    assert credits_of(tenant) == (GRANT, 0)
    model.prompts.clear()
    model.script = lambda number, prompt: good(prompt)
    assert job_run(due_again(tenant, job)).state == JobState.SUCCEEDED
    assert model.points() == [STEEP, WATER, CLEAN]
    assert credits_of(tenant) == (GRANT - PRICE, 0)


def test_job_that_never_gets_an_answer_fails_its_task(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    model.script = lambda number, prompt: failing(500)
    states = [job_run(due_again(tenant, job)).state for _ in range(3)]
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    failed = task_get(tenant, task.pk)
    assert (failed.state, failed.error_code) == (TaskState.FAILED, "model_server_failed")
    assert credits_of(tenant) == (GRANT, 0)


def test_job_ends_at_once_after_a_final_fault(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    model.script = lambda number, prompt: failing(401)
    failed = job_run(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "model_authentication_failed")
    assert task_get(tenant, task.pk).state == TaskState.FAILED
    assert len(model.prompts) == 1


def test_job_whose_credits_were_spent_fails_and_leaves_the_task_to_go_on(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    with tenant.work():
        credits_adjust(PRICE - 1 - GRANT, reason="spent elsewhere", idempotency_key="spent")
    failed = job_run(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "insufficient_credits")
    found = task_get(tenant, task.pk)
    assert (found.state, found.error_code) == (TaskState.QUEUED, "insufficient_credits")
    with tenant.work():
        credits_grant(PRICE, reason="for a test", idempotency_key="more")
        assert task_write_start(found).pk != job.pk


def test_cancelled_job_stops_before_its_next_request(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    def cancel(number: int, prompt: str) -> Answer:
        if number == 3:

            def work() -> None:
                with tenant.work():
                    job_cancel(job.pk)

            aside(work)
        return good(prompt)

    model.script = cancel
    assert job_run(job).state == JobState.CANCELLED
    assert len(model.prompts) == 3
    assert task_get(tenant, task.pk).state == TaskState.QUEUED
    assert credits_of(tenant) == (GRANT, 0)


def test_job_out_of_time_fails_its_task_and_gives_the_credits_back(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    with patch.object(writing, "generate_text", side_effect=SoftTimeLimitExceeded):
        failed = job_run(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "job_timed_out")
    found = task_get(tenant, task.pk)
    assert (found.state, found.error_code) == (TaskState.FAILED, "job_timed_out")
    assert credits_of(tenant) == (GRANT, 0)


def test_job_beside_another_writer_is_tried_later_and_never_fails_the_task(
    tenant: Tenant, task: WritingTask, job: Job, model: FakeModel
) -> None:
    with tenant.work():
        writing.task_claim(task.pk, job_id=None)
    states = [job_run(due_again(tenant, job)).state for _ in range(3)]
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert task_get(tenant, task.pk).state == TaskState.WRITING
    assert model.prompts == []
