"""Jobs from the worker: verify, enter an empty context, claim with a lease, run, finish; results live in rows."""

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from billiard.exceptions import SoftTimeLimitExceeded
from celery import Task, shared_task
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models import Q
from django.utils.module_loading import import_string

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.common.request_id import current_request_id
from igny8_core.tenancy.context import TENANT_ALIAS, TenantContext, tenant_scope, tenant_transaction
from igny8_core.tenancy.models import Job, JobState
from igny8_core.tenancy.queue import job_transition
from igny8_core.tenancy.signing import HEADER, header_verify

logger = logging.getLogger("igny8.jobs")

LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 20
RETRY_DELAY_SECONDS = (5, 30, 120)


class JobCancelled(Exception):
    """Somebody asked this job to stop."""


class JobLeaseLost(Exception):
    """Another worker owns this job now; nothing more may be written in its name."""


class JobInsideTransaction(RuntimeError):
    """A job was run eagerly inside a transaction, whose tenant it would change and whose fate it would share."""


class JobAbandoned(DomainError):
    """A job's worker died on every attempt."""

    kind = ErrorKind.UNAVAILABLE
    code = "job_abandoned"
    message = "The work stopped unexpectedly several times and was given up."


class JobTimedOut(DomainError):
    """A job ran into its time limit."""

    kind = ErrorKind.UNAVAILABLE
    code = "job_timed_out"
    message = "The work took longer than its time limit."


class JobCrashed(DomainError):
    """A defect stopped the job; the details are in the log under the job's request id."""

    kind = ErrorKind.UNAVAILABLE
    code = "internal_error"
    message = "Something went wrong on our side; the request id helps support to find it."


@dataclass(slots=True)
class JobRun:
    """A claimed job in the hands of its task: its input, and where progress and checkpoints go."""

    id: UUID
    payload: Mapping[str, Any]
    site_id: UUID | None
    context: TenantContext
    token: UUID
    attempt: int
    lost: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int, message: str = "", **counts: Any) -> None:
        """Show how far the work is; also a checkpoint (see `checkpoint`)."""
        values: dict[str, Any] = {
            "progress_done": done, "progress_total": total, "progress_message": message[:200],
            "lease_until": utc_now() + LEASE,
        }  # fmt: skip
        if counts:
            values["counts"] = counts
        self._write(values)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Raise JobCancelled when asked to stop, JobLeaseLost when another worker took over."""
        if self.lost.is_set():
            raise JobLeaseLost
        with tenant_transaction():
            row = (
                Job.objects.filter(pk=self.id, lease_token=self.token).values_list("cancel_requested").first()
            )
        if row is None:
            raise JobLeaseLost
        if row[0]:
            raise JobCancelled

    def _write(self, values: dict[str, Any]) -> None:
        with tenant_transaction():
            if not Job.objects.filter(pk=self.id, lease_token=self.token).update(**values):
                raise JobLeaseLost


class FailureHook(Protocol):
    """What a room does when its job has failed for good: leave its rows in a clear state."""

    def __call__(self, payload: Mapping[str, Any], error: DomainError) -> None: ...


class TenantTask(Task):  # type: ignore[type-arg]  # generic in the stubs alone
    """The one base of tasks that work for an account; architecture tests refuse any other."""

    abstract = True
    acks_late = False  # the Job row and its lease bring work back, never the broker's redelivery
    ignore_result = True
    serializer = "json"
    handler: Callable[[JobRun], None]
    on_failed: FailureHook | None = None
    max_attempts = 3


def tenant_task(
    name: str,
    *,
    soft_time_limit: int = 240,
    time_limit: int = 300,
    max_attempts: int = 3,
    on_failed: FailureHook | None = None,
) -> Callable[[Callable[[JobRun], None]], Any]:
    """Register a function that works on one claimed job; limits are in seconds."""

    def register(handler: Callable[[JobRun], None]) -> Any:
        @shared_task(
            name=name, base=TenantTask, bind=True, soft_time_limit=soft_time_limit, time_limit=time_limit
        )
        def entry(task: Any) -> None:
            if connections[TENANT_ALIAS].in_atomic_block:
                raise JobInsideTransaction("A job opens its own transactions; run it outside the caller's.")
            # A thread or eager caller may hold another tenant: nothing of it may reach this job.
            contextvars.Context().run(_receive, task, dict(task.request.headers or {}))

        entry.handler = staticmethod(handler)
        entry.on_failed = staticmethod(on_failed) if on_failed else None
        entry.max_attempts = max_attempts
        return entry

    return register


def _receive(task: Any, headers: Mapping[str, Any]) -> None:
    header = header_verify(headers.get(HEADER) or task.request.get(HEADER))
    current_request_id.set(header.context.request_id)  # for the logs; this context ends with the job
    refusal = import_string(settings.JOB_GATE)(header.context.account_id)
    if refusal is not None:
        logger.warning(
            "job %s left alone: account %s is %s", header.job_id, header.context.account_id, refusal
        )
        return
    with tenant_scope(header.context):
        run = _claim(task, header.job_id, header.context)
        if run is not None:
            with _heartbeat(run):
                _work(task, run)


def _claim(task: Any, job_id: UUID, context: TenantContext) -> JobRun | None:
    now, token = utc_now(), uuid4()
    claimable = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    with tenant_transaction():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(claimable, pk=job_id, kind=task.name)
            .first()
        )
        if job is None or (job.run_after is not None and job.run_after > now):
            return None  # delivered twice, cancelled, finished, or too early: somebody else sees to it
        if job.state == JobState.QUEUED:
            job_transition(job, JobState.RUNNING)
        job.attempts += 1
        job.lease_token, job.lease_until = token, now + LEASE
        job.started_at = job.started_at or now
        job.save()
    return JobRun(
        id=job.pk,
        payload=job.payload,
        site_id=job.site_id,
        context=context,
        token=token,
        attempt=job.attempts,
    )


def _work(task: Any, run: JobRun) -> None:
    try:
        if run.attempt > task.max_attempts:
            raise JobAbandoned
        run.checkpoint()
        task.handler(run)
    except JobCancelled:
        _finish(run, JobState.CANCELLED)
    except JobLeaseLost:
        logger.warning("job %s was taken over by another worker", run.id)
    except SoftTimeLimitExceeded:
        _fail(task, run, JobTimedOut())
    except DomainError as error:
        if getattr(error, "is_retryable", False) and run.attempt < task.max_attempts:
            _retry_later(run, error)
        else:
            _fail(task, run, error)
    except Exception:
        logger.exception("job %s crashed", run.id)
        if run.attempt < task.max_attempts:
            _retry_later(run, JobCrashed())
        else:
            _fail(task, run, JobCrashed())
    else:
        _finish(run, JobState.SUCCEEDED)


def _fail(task: Any, run: JobRun, error: DomainError) -> None:
    with tenant_transaction():
        if task.on_failed is not None:
            task.on_failed(run.payload, error)
        import_string(settings.JOB_FAILURE_HOOK)(_finish(run, JobState.FAILED, error))


def _finish(run: JobRun, state: JobState, error: DomainError | None = None) -> Job:
    with tenant_transaction():
        job = Job.objects.select_for_update().filter(pk=run.id, lease_token=run.token).first()
        if job is None:
            raise JobLeaseLost
        job_transition(job, state)
        job.lease_token = job.lease_until = None
        job.error_code, job.error_message = (error.code, error.message) if error else ("", "")
        job.save()
    return job


def _retry_later(run: JobRun, error: DomainError) -> None:
    delay = RETRY_DELAY_SECONDS[min(run.attempt, len(RETRY_DELAY_SECONDS)) - 1]
    delay = max(delay, int(getattr(error, "retry_after_seconds", 0) or 0))
    with tenant_transaction():
        job = Job.objects.select_for_update().filter(pk=run.id, lease_token=run.token).first()
        if job is None:
            raise JobLeaseLost
        job_transition(job, JobState.QUEUED)
        job.lease_token = job.lease_until = None
        job.run_after = utc_now() + timedelta(seconds=delay)
        job.error_code, job.error_message = error.code, error.message
        job.save()


def _renewed(run: JobRun) -> bool:
    """Whether the lease is still this run's; a database that does not answer is asked again at the next beat."""
    try:
        with tenant_transaction(run.context):
            rows = Job.objects.filter(pk=run.id, lease_token=run.token)
            return bool(rows.update(lease_until=utc_now() + LEASE))
    except DatabaseError:
        logger.warning("the lease of job %s could not be renewed: the database does not answer", run.id)
        connections[TENANT_ALIAS].close()
        return True


@contextmanager
def _heartbeat(run: JobRun) -> Iterator[None]:
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(HEARTBEAT_SECONDS):
                if not _renewed(run):
                    run.lost.set()
                    return
        finally:
            connections[TENANT_ALIAS].close()

    thread = threading.Thread(target=beat, name=f"lease-{run.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
