"""What a person, and what staff, may do to a job; the wall itself does it."""

from uuid import UUID

from django.db import transaction

from igny8_core.modules.system.selectors.jobs import job_get
from igny8_core.modules.system.types import JobView
from igny8_core.tenancy import queue
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS
from igny8_core.tenancy.models import Job


def job_cancel(job_id: UUID) -> JobView:
    """Cancel a waiting job, or ask a running one to stop. Raises NotFound and JobStateConflict (finished already)."""
    job_get(job_id)  # of a site that the caller may not see: not found
    queue.job_cancel(job_id)
    return job_get(job_id)


def job_stop(job_id: UUID, *, reason: str) -> Job:
    """Cancel a job on behalf of staff, on record. Raises NotFound and JobStateConflict."""
    with transaction.atomic(using=TENANT_ALIAS):
        job = queue.job_cancel(job_id)
        audit_write("job.cancelled", row=job, reason=reason, detail={"kind": job.kind})
    return job


def job_again(job_id: UUID, *, reason: str) -> Job:
    """Let a job that has failed for good run anew on behalf of staff, on record.

    Rows that it left as failed stay so: a job that refuses them fails again. Raises NotFound and JobStateConflict.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        failed_with = Job.objects.filter(pk=job_id).values_list("error_code", flat=True).first()
        job = queue.job_requeue(job_id)
        audit_write("job.requeued", row=job, reason=reason, detail={"kind": job.kind, "was": failed_with})
    return job
