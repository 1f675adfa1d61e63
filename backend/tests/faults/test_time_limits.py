"""A real worker whose job runs into its limits: the next account's job finds nothing of it."""

from pathlib import Path

import pytest

from igny8_core.modules.automation.tests.processes import Process, wait_for
from igny8_core.tenancy.models import Job, JobState
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = "import django; django.setup(); from tests.faults.limited_worker import main; main()"


def _job(tenant: Tenant, kind: str, **payload: object) -> Job:
    with tenant.work():
        return enqueue(kind, payload=payload)


def _now(tenant: Tenant, job: Job) -> Job:
    with tenant.work():
        return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize("ignores", [False, True], ids=["soft limit", "hard limit"])
def test_next_job_of_another_account_is_clean_after_a_limit(
    tenant: Tenant, stranger: Tenant, tmp_path: Path, ignores: bool
) -> None:
    site_make(stranger)
    late, next_one = _job(tenant, "tests.outstay", ignores=ignores), _job(stranger, "tests.look")
    process = Process(["-c", PROGRAM], environment={}, log=tmp_path / "worker.log")
    try:
        wait_for(
            lambda: _now(stranger, next_one).state == JobState.SUCCEEDED, "the next job", process=process
        )
    finally:
        process.kill()
    assert _now(stranger, next_one).counts == {"account": str(stranger.account.pk), "sites": 2}
    row, log = _now(tenant, late), (tmp_path / "worker.log").read_text()
    if ignores:
        # Its process was killed: the lease ends, and the sweeper brings the job back.
        assert "Hard time limit" in log
        assert (row.state, row.attempts) == (JobState.RUNNING, 1)
    else:
        assert (row.state, row.error_code) == (JobState.FAILED, "job_timed_out")
