"""Jobs: signed, scoped, claimed once, retried, cancelled, brought back; the tenant never leaks from one to the next."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from celery import current_app
from django.core import signing
from django.db import connection, transaction

from igny8_core.auth import services
from igny8_core.auth.models import PlanStatus, Site
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.tenancy import tasks, worker
from igny8_core.tenancy.context import context_or_none, current_context, tenant_transaction
from igny8_core.tenancy.errors import NoTenantContext, TenantMismatch
from igny8_core.tenancy.models import Job, JobState, JobStateConflict
from igny8_core.tenancy.queue import enqueue, job_cancel
from igny8_core.tenancy.signing import HEADER, SALT, JobHeader, JobHeaderInvalid, header_sign, header_verify
from igny8_core.tenancy.worker import JobInsideTransaction, JobLeaseLost, JobRun, tenant_task
from igny8_core.testing.factories import Tenant, context_of
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])

RUNS: list[JobRun] = []
FAILURES: list[tuple[dict, str]] = []
BEHAVIOUR: dict[str, object] = {}


class Stubborn(DomainError):
    """A refusal that may pass later."""

    code = "stubborn"
    message = "Not now."
    is_retryable = True


class Final(DomainError):
    """A refusal that will not."""

    code = "final"
    message = "Never."


def _work(run: JobRun) -> None:
    RUNS.append(run)
    with tenant_transaction():
        assert Site.objects.count() == 1
    action = BEHAVIOUR.get("action")
    if callable(action):
        action(run)


@pytest.fixture(autouse=True)
def _task() -> Iterator[None]:
    RUNS.clear()
    FAILURES.clear()
    BEHAVIOUR.clear()
    tenant_task(
        "tests.work",
        max_attempts=2,
        on_failed=lambda payload, error: FAILURES.append((dict(payload), error.code)),
    )(_work)
    yield
    current_app.tasks.pop("tests.work", None)


@pytest.fixture(autouse=True)
def sent() -> Iterator[list[tuple[str, str]]]:
    messages: list[tuple[str, str]] = []
    with patch.object(
        current_app, "send_task", lambda name, headers, **_: messages.append((name, headers[HEADER]))
    ):
        yield messages


def _job(tenant: Tenant, **payload: object) -> Job:
    with tenant.work():
        return enqueue("tests.work", payload=payload, site_id=tenant.site.pk)


def _act(action: object) -> None:
    BEHAVIOUR["action"] = action


def _raise(error: BaseException) -> object:
    def action(run: JobRun) -> None:
        raise error

    return action


def test_enqueue_without_a_context_is_refused() -> None:
    with pytest.raises(NoTenantContext), transaction.atomic():
        enqueue("tests.work", payload={})


def test_enqueue_is_announced_after_commit_and_never_after_rollback(tenant: Tenant, sent: list) -> None:
    with tenant.work():
        job = enqueue("tests.work", payload={"a": 1})
        assert sent == []
    assert [name for name, _ in sent] == ["tests.work"]
    assert header_verify(sent[0][1]).job_id == job.pk
    with contextlib.suppress(ZeroDivisionError), tenant.work():
        enqueue("tests.work", payload={})
        raise ZeroDivisionError
    assert len(sent) == 1
    with tenant.work():
        assert Job.objects.count() == 1


def test_enqueue_with_a_key_gives_the_active_job_again(tenant: Tenant, sent: list) -> None:
    with tenant.work():
        first = enqueue("tests.work", payload={}, dedupe_key="k")
        assert enqueue("tests.work", payload={}, dedupe_key="k").pk == first.pk
    assert len(sent) == 1


def test_enqueue_for_a_foreign_site_is_refused(tenant: Tenant, stranger: Tenant) -> None:
    with pytest.raises(TenantMismatch), tenant.work():
        enqueue("tests.work", payload={}, site_id=stranger.site.pk)


def test_lost_broker_loses_no_job(tenant: Tenant) -> None:
    from kombu.exceptions import OperationalError

    with patch.object(current_app, "send_task", side_effect=OperationalError):
        job = _job(tenant)
    assert job_run(job).state == JobState.SUCCEEDED


def test_job_runs_in_its_own_account_and_leaves_nothing_behind(tenant: Tenant, stranger: Tenant) -> None:
    seen = []
    _act(lambda run: seen.append(current_context().account_id))
    jobs = [_job(tenant), _job(stranger)]
    with tenant_transaction(stranger.context):
        pass
    assert [job_run(job).state for job in jobs] == [JobState.SUCCEEDED] * 2
    assert seen == [tenant.account.pk, stranger.account.pk]
    assert context_or_none() is None


def test_eager_job_inherits_nothing_of_its_caller(tenant: Tenant, stranger: Tenant) -> None:
    job = _job(tenant)
    header = header_sign(JobHeader(job.pk, tenant.context))
    from igny8_core.tenancy.context import tenant_scope

    with tenant_scope(stranger.context):
        current_app.tasks["tests.work"].apply(headers={HEADER: header}, throw=True)
        assert current_context().account_id == stranger.account.pk
    assert RUNS[0].context.account_id == tenant.account.pk


def test_eager_job_inside_a_callers_transaction_is_refused(tenant: Tenant, stranger: Tenant) -> None:
    job = _job(tenant)
    header = header_sign(JobHeader(job.pk, tenant.context))
    with stranger.work():
        with pytest.raises(JobInsideTransaction):
            current_app.tasks["tests.work"].apply(headers={HEADER: header}, throw=True)
        assert Site.objects.get().pk == stranger.site.pk, "the caller's tenant is as it was"
    assert RUNS == []
    assert job_run(job).state == JobState.SUCCEEDED


@pytest.mark.parametrize(
    "header", [None, "", "x", signing.dumps({"job": str(uuid4())}, salt=SALT), signing.dumps({})]
)
def test_message_without_a_valid_signature_is_refused(header: str | None) -> None:
    with pytest.raises(JobHeaderInvalid):
        current_app.tasks["tests.work"].apply(
            headers={HEADER: header} if header is not None else {}, throw=True
        )
    assert RUNS == []


def test_message_of_one_account_about_another_accounts_job_does_nothing(
    tenant: Tenant, stranger: Tenant
) -> None:
    job = _job(stranger)
    header = header_sign(JobHeader(job.pk, tenant.context))
    current_app.tasks["tests.work"].apply(headers={HEADER: header}, throw=True)
    with stranger.work():
        assert Job.objects.get(pk=job.pk).state == JobState.QUEUED
    assert RUNS == []


def test_second_delivery_does_nothing(tenant: Tenant) -> None:
    job = _job(tenant)
    job_run(job)
    job_run(job)
    assert len(RUNS) == 1


def test_delivery_while_another_worker_holds_the_lease_does_nothing(tenant: Tenant) -> None:
    job = _job(tenant)
    _act(lambda run: job_run(job))
    assert job_run(job).state == JobState.SUCCEEDED
    assert len(RUNS) == 1


@pytest.mark.parametrize("status", [PlanStatus.SUSPENDED, PlanStatus.CANCELLED])
def test_job_of_an_inactive_account_is_left_alone(status: PlanStatus, tenant: Tenant) -> None:
    job = _job(tenant)
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=status)
    assert job_run(job).state == JobState.QUEUED
    assert RUNS == []


def test_retryable_refusal_waits_and_then_fails_for_good(tenant: Tenant) -> None:
    job = _job(tenant, n=1)
    _act(_raise(Stubborn()))
    waiting = job_run(job)
    assert (waiting.state, waiting.error_code) == (JobState.QUEUED, "stubborn")
    assert waiting.run_after > utc_now()
    assert job_run(job).attempts == 1, "too early: not claimed"
    with tenant.work():
        Job.objects.update(run_after=utc_now())
    failed = job_run(job)
    assert (failed.state, failed.error_code, failed.error_message) == (
        JobState.FAILED,
        "stubborn",
        "Not now.",
    )
    assert FAILURES == [({"n": 1}, "stubborn")]


def test_final_refusal_fails_at_once(tenant: Tenant) -> None:
    _act(_raise(Final()))
    job = job_run(_job(tenant))
    assert (job.state, job.error_code, job.attempts) == (JobState.FAILED, "final", 1)
    assert job.finished_at is not None
    assert len(FAILURES) == 1


def test_defect_is_retried_then_ends_in_a_clear_state_without_its_words(tenant: Tenant) -> None:
    _act(_raise(RuntimeError("secret")))
    job = _job(tenant)
    assert job_run(job).state == JobState.QUEUED
    with tenant.work():
        Job.objects.update(run_after=None)
    failed = job_run(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "internal_error")
    assert "secret" not in failed.error_message


def test_time_limit_is_a_clear_failure(tenant: Tenant) -> None:
    _act(_raise(SoftTimeLimitExceeded()))
    job = job_run(_job(tenant))
    assert (job.state, job.error_code) == (JobState.FAILED, "job_timed_out")


def test_task_after_one_that_raised_has_its_own_tenant(tenant: Tenant, stranger: Tenant) -> None:
    _act(_raise(RuntimeError()))
    job_run(_job(tenant))
    _act(None)
    assert job_run(_job(stranger)).state == JobState.SUCCEEDED
    assert RUNS[-1].context.account_id == stranger.account.pk


def test_site_scope_of_the_caller_is_the_jobs(tenant: Tenant) -> None:
    with tenant_transaction(context_of(tenant.member, frozenset({tenant.site.pk}))):
        job = enqueue("tests.work", payload={})
    job_run(job)
    assert RUNS[0].context.site_ids == frozenset({tenant.site.pk})


def test_cancel_stops_a_queued_and_a_running_job(tenant: Tenant) -> None:
    queued = _job(tenant)
    with tenant.work():
        assert job_cancel(queued.pk).state == JobState.CANCELLED
    assert job_run(queued).state == JobState.CANCELLED

    def cancel_then_check(run: JobRun) -> None:
        with tenant_transaction():
            job_cancel(run.id)
        run.checkpoint()

    _act(cancel_then_check)
    assert job_run(_job(tenant)).state == JobState.CANCELLED


def test_cancel_of_a_finished_or_foreign_job_is_refused(tenant: Tenant, stranger: Tenant) -> None:
    job = job_run(_job(tenant))
    with tenant.work(), pytest.raises(JobStateConflict):
        job_cancel(job.pk)
    with stranger.work(), pytest.raises(NotFound):
        job_cancel(job.pk)


def test_progress_is_shown_and_a_lost_lease_stops_writing(tenant: Tenant) -> None:
    def take_over(run: JobRun) -> None:
        run.progress(1, 4, "one of four", rows=7)
        with tenant_transaction():
            Job.objects.update(lease_token=uuid4())
        with pytest.raises(JobLeaseLost):
            run.progress(2, 4)
        run.checkpoint()

    _act(take_over)
    job = job_run(_job(tenant))
    assert (job.state, job.progress_done, job.counts) == (JobState.RUNNING, 1, {"rows": 7})


def test_sweeper_brings_back_what_a_dead_worker_left(tenant: Tenant, stranger: Tenant, sent: list) -> None:
    dead, waiting, fresh = _job(tenant), _job(stranger), _job(tenant)
    with tenant.work():
        Job.objects.filter(pk=dead.pk).update(
            state=JobState.RUNNING,
            attempts=1,
            lease_token=uuid4(),
            lease_until=utc_now() - timedelta(seconds=1),
        )
    with stranger.work():
        Job.objects.filter(pk=waiting.pk).update(announced_at=utc_now() - timedelta(minutes=1))
    sent.clear()
    assert tasks.sweep_jobs() == 2
    assert {header_verify(header).job_id for _, header in sent} == {dead.pk, waiting.pk}
    assert job_run(dead).state == JobState.SUCCEEDED
    assert job_run(fresh).state == JobState.SUCCEEDED


def test_job_whose_workers_keep_dying_is_given_up(tenant: Tenant) -> None:
    job = _job(tenant)
    with tenant.work():
        Job.objects.update(
            state=JobState.RUNNING,
            attempts=2,
            lease_token=uuid4(),
            lease_until=utc_now() - timedelta(seconds=1),
        )
    assert job_run(job).error_code == "job_abandoned"
    assert FAILURES[0][1] == "job_abandoned"
    assert RUNS == []


def test_fan_out_survives_one_accounts_failure(tenant: Tenant, stranger: Tenant) -> None:
    seen = []

    def work(account_id: int) -> None:
        seen.append(current_context().account_id)
        if account_id == tenant.account.pk:
            raise RuntimeError

    assert tasks.in_each_account([tenant.account.pk, stranger.account.pk], work) == 1
    assert seen == [tenant.account.pk, stranger.account.pk]


def test_heartbeat_keeps_the_lease_and_notices_its_loss(tenant: Tenant) -> None:
    def wait_for_beat(run: JobRun) -> None:
        with tenant_transaction():
            Job.objects.update(lease_until=utc_now())
        with tenant_transaction():
            before = Job.objects.get(pk=run.id).lease_until
        deadline = utc_now() + timedelta(seconds=10)
        while utc_now() < deadline:
            with tenant_transaction():
                if Job.objects.get(pk=run.id).lease_until > before:
                    break
        with tenant_transaction():
            Job.objects.update(lease_token=uuid4())
        assert run.lost.wait(10)
        run.checkpoint()

    _act(wait_for_beat)
    with patch.object(worker, "HEARTBEAT_SECONDS", 0.05):
        assert job_run(_job(tenant)).state == JobState.RUNNING


@pytest.mark.parametrize("ending", ["raised", "limit", "limit in a transaction", "statement"])
def test_next_task_is_clean_whatever_became_of_the_last_one(
    tenant: Tenant, stranger: Tenant, ending: str
) -> None:
    def action(run: JobRun) -> None:
        if run.context.account_id != tenant.account.pk:
            return
        if ending == "limit in a transaction":
            with tenant_transaction():
                list(Site.objects.all())
                raise SoftTimeLimitExceeded
        if ending == "statement":
            with tenant_transaction(), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        raise SoftTimeLimitExceeded if ending == "limit" else ZeroDivisionError

    _act(action)
    first, second = _job(tenant), _job(stranger)
    assert job_run(first).state in (JobState.FAILED, JobState.QUEUED)
    assert (context_or_none(), connection.in_atomic_block) == (None, False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULLIF(current_setting('app.account_id', true), '')")
        assert cursor.fetchone() == (None,)
    assert job_run(second).state == JobState.SUCCEEDED
    assert RUNS[-1].context.account_id == stranger.account.pk


@pytest.mark.parametrize(
    ("status", "column"),
    [(PlanStatus.TRIALING, "trial_ends_at"), (PlanStatus.PAST_DUE, "grace_until")],
)
def test_job_of_an_account_whose_time_is_over_is_left_alone_and_logged(
    tenant: Tenant, status: PlanStatus, column: str
) -> None:
    job = _job(tenant)
    with tenant.work():
        over = utc_now() - timedelta(days=7, seconds=1)
        services.account_update(tenant.account.pk, plan_status=status, **{column: over})
    with patch.object(worker.logger, "warning") as warning:
        assert job_run(job).state == JobState.QUEUED
    assert RUNS == []
    sentence, *values = warning.call_args.args
    assert sentence % tuple(values) == (f"job {job.pk} left alone: account {tenant.account.pk} is suspended")


def test_job_that_is_announced_again_carries_its_account_sites_and_actor(tenant: Tenant, sent: list) -> None:
    context = context_of(tenant.member, frozenset({tenant.site.pk}))
    with tenant_transaction(context):
        job = enqueue("tests.work", payload={}, site_id=tenant.site.pk)
    sent.clear()
    with tenant.work():
        Job.objects.filter(pk=job.pk).update(announced_at=utc_now() - timedelta(minutes=5))
    tasks.sweep_jobs()
    again = header_verify(sent[0][1]).context
    assert (again.account_id, again.site_ids, again.actor_id, again.request_id) == (
        context.account_id,
        context.site_ids,
        context.actor_id,
        context.request_id,
    )


def test_jobs_of_a_suspended_account_are_not_announced_and_do_not_fill_the_sweep(
    tenant: Tenant, stranger: Tenant, sent: list
) -> None:
    jobs = [_job(tenant), _job(stranger)]
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=PlanStatus.SUSPENDED)
    sent.clear()
    for one in (tenant, stranger):
        with one.work():
            Job.objects.update(announced_at=utc_now() - timedelta(minutes=5))
    assert tasks.sweep_jobs() == 1
    assert [header_verify(signed).job_id for _, signed in sent] == [jobs[1].pk]
    with tenant.work():
        assert Job.objects.get().announced_at > utc_now() - timedelta(minutes=1), "behind the others"
        services.account_update(tenant.account.pk, plan_status=PlanStatus.ACTIVE)
        Job.objects.update(announced_at=utc_now() - timedelta(minutes=5))
    sent.clear()
    tasks.sweep_jobs()
    assert jobs[0].pk in [header_verify(signed).job_id for _, signed in sent]


def test_time_limit_of_a_fan_out_ends_it(tenant: Tenant, stranger: Tenant) -> None:
    done: list[int] = []

    def work(account_id: int) -> None:
        done.append(account_id)
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        tasks.in_each_account([tenant.account.pk, stranger.account.pk], work)
    assert done == [tenant.account.pk]
