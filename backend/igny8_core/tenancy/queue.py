"""Jobs from the caller's side: made in the caller's transaction, announced after it commits, never without a tenant."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F
from kombu.exceptions import OperationalError

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.context import (
    TENANT_ALIAS,
    TenantContext,
    current_context,
    site_scope_parse,
    site_scope_text,
)
from igny8_core.tenancy.models import ACTIVE_STATES, Job, JobState, JobStateConflict
from igny8_core.tenancy.signing import HEADER, JobHeader, header_sign

logger = logging.getLogger("igny8.jobs")


def enqueue(
    kind: str,
    *,
    payload: Mapping[str, Any],
    site_id: UUID | None = None,
    dedupe_key: str = "",
    run_after: datetime | None = None,
) -> Job:
    """Make a job in the current transaction and announce it on commit.

    With a `dedupe_key` an active job of the same kind and key is returned instead of a second one.
    `payload` is JSON; ids as strings. Raises NoTenantContext without a scope and TenantMismatch for a foreign site.
    """
    context = current_context()
    job = Job(
        kind=kind,
        site_id=site_id,
        site_scope=site_scope_text(context.site_ids),
        actor_id=context.actor_id,
        request_id=context.request_id,
        payload=dict(payload),
        dedupe_key=dedupe_key,
        run_after=run_after,
        announced_at=utc_now(),
    )
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            job.save()
    except IntegrityError:
        active = Job.objects.filter(kind=kind, dedupe_key=dedupe_key, state__in=ACTIVE_STATES).first()
        if active is not None:
            return active
        job.save()  # the other one ended in between: its place is free
    if run_after is None:
        transaction.on_commit(lambda: announce(job), using=TENANT_ALIAS)
    return job


def announce(job: Job) -> None:
    """Tell a worker that the job may have work; a lost message is sent again by the sweeper."""
    context = TenantContext(
        account_id=job.account_id,
        site_ids=site_scope_parse(job.site_scope),
        actor_id=job.actor_id,
        request_id=job.request_id,
    )
    header = header_sign(JobHeader(job_id=job.pk, context=context))
    try:
        current_app.send_task(job.kind, headers={HEADER: header}, retry=False)
    except OperationalError:
        logger.warning("job %s could not be announced; the sweeper will try again", job.pk)


def job_cancel(job_id: UUID) -> Job:
    """Cancel a queued job, or ask a running one to stop at its next checkpoint.

    Raises NotFound and JobStateConflict (finished already).
    """
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound
    if not job.is_active:
        raise JobStateConflict
    if job.state == JobState.QUEUED:
        job_transition(job, JobState.CANCELLED)
    job.cancel_requested = True
    job.save(update_fields=["cancel_requested", "state", "finished_at"])
    return job


def job_requeue(job_id: UUID) -> Job:
    """Give a failed job all its attempts anew and announce it on commit; what it did already it finds done.

    Raises NotFound and JobStateConflict (not failed, or another job is at the same work).
    """
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound
    if job.state != JobState.FAILED:
        raise JobStateConflict(f"The job is {job.state}; only a failed one is queued again.")
    job_transition(job, JobState.QUEUED)
    job.attempts, job.error_code, job.error_message = 0, "", ""
    job.run_after = job.finished_at = job.lease_token = job.lease_until = None
    job.cancel_requested, job.announced_at = False, utc_now()
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            job.save()
    except IntegrityError as error:
        raise JobStateConflict("Another job is at the same work already.") from error
    transaction.on_commit(lambda: announce(job), using=TENANT_ALIAS)
    return job


def job_charge(job_id: UUID, *, held: int = 0, charged: int = 0) -> None:
    """Add credits to what a job shows as held and charged, in the caller's transaction; either may be negative."""
    Job.objects.filter(pk=job_id).update(
        credits_held=F("credits_held") + held, credits_charged=F("credits_charged") + charged
    )


_ALLOWED = {
    JobState.QUEUED: {JobState.RUNNING, JobState.CANCELLED},
    JobState.RUNNING: {JobState.QUEUED, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED},
    JobState.FAILED: {JobState.QUEUED},  # by staff alone: `job_requeue`
}


def job_transition(job: Job, state: JobState) -> None:
    """Move a job to another state in memory; the caller saves. Raises JobStateConflict."""
    if state not in _ALLOWED.get(JobState(job.state), set()):
        raise JobStateConflict(f"A {job.state} job cannot become {state}.")
    job.state = state
    if state not in ACTIVE_STATES:
        job.finished_at = utc_now()
