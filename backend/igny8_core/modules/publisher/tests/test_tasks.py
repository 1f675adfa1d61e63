"""The job: it publishes, comes back after the server's time limit, and leaves a clear state when it gives up."""

from datetime import timedelta

import pytest
import time_machine

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError
from igny8_core.modules.publisher import services, tasks
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.publisher.tests.samples import again, published, reserved
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)


def test_task_is_the_one_that_services_start(tenant: Tenant, wordpress: FakeWordPress) -> None:
    assert job_of(tenant, reserved(tenant, url=wordpress.url)).kind == tasks.publish_article.name


def job_of(tenant: Tenant, row: Publication) -> Job:
    with tenant.work():
        return Job.objects.get(pk=services.publication_retry(row.pk).job_id)


def test_job_publishes_and_shows_progress(tenant: Tenant, wordpress: FakeWordPress) -> None:
    row = reserved(tenant, url=wordpress.url)
    job = job_run(job_of(tenant, row))
    assert (job.state, job.progress_done, job.progress_total) == ("succeeded", 4, 4)
    assert job.progress_message == "Published"
    assert again(tenant, row).state == "published"


def test_same_publication_has_one_active_job(tenant: Tenant, wordpress: FakeWordPress) -> None:
    row = reserved(tenant, url=wordpress.url)
    first, second = job_of(tenant, row), job_of(tenant, row)
    assert first.pk == second.pk
    job_run(first)
    job_run(first)  # delivered twice
    assert len(wordpress.posts) == 1


def test_job_waits_for_the_time_limit_and_comes_back(tenant: Tenant, wordpress: FakeWordPress) -> None:
    row = reserved(tenant, url=wordpress.url)
    wordpress.faults.append(("lost", 0))
    job = job_run(job_of(tenant, row))
    assert (job.state, job.error_code) == ("queued", "publication_pending")
    assert job.error_message.startswith("The server 127.0.0.1 broke the connection off.")
    assert timedelta(seconds=50) < job.run_after - utc_now() <= timedelta(seconds=61)
    with time_machine.travel(job.run_after + timedelta(seconds=1)):
        job = job_run(job)
    assert (job.state, again(tenant, row).state, len(wordpress.posts)) == ("succeeded", "published", 1)


def test_job_that_gives_up_leaves_the_reason_and_can_be_asked_again(
    tenant: Tenant, wordpress: FakeWordPress
) -> None:
    row = reserved(tenant, url=wordpress.url)
    wordpress.faults += [("refused", 429)] * 6
    job = job_of(tenant, row)
    moment = utc_now()
    for _ in range(6):
        moment += timedelta(seconds=200)
        with time_machine.travel(moment):
            job = job_run(job)
    assert (job.state, job.error_code) == ("failed", "wordpress_rate_limited")
    failed = again(tenant, row)
    assert (failed.state, failed.error_code) == ("failed", "wordpress_rate_limited")
    assert job_run(job_of(tenant, row)).state == "succeeded"
    assert len(wordpress.posts) == 1


def test_failed_job_never_takes_back_what_is_published(tenant: Tenant, wordpress: FakeWordPress) -> None:
    row = published(tenant, reserved(tenant, url=wordpress.url).pk)
    with tenant.work():
        services.publication_fail(row.pk, DomainError("Given up."))
    assert again(tenant, row).state == "published"
