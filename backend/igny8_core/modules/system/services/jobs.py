"""What a person may do to a job; the wall itself does it."""

from uuid import UUID

from igny8_core.modules.system.selectors.jobs import job_get
from igny8_core.modules.system.types import JobView
from igny8_core.tenancy import queue


def job_cancel(job_id: UUID) -> JobView:
    """Cancel a waiting job, or ask a running one to stop. Raises NotFound and JobStateConflict (finished already)."""
    job_get(job_id)  # of a site that the caller may not see: not found
    queue.job_cancel(job_id)
    return job_get(job_id)
