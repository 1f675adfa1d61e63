"""Runs a job in the test's process as a worker would: signed header, empty context, claim, heartbeat, finish."""

from uuid import UUID

from celery import current_app

from igny8_core.tenancy.context import TenantContext, site_scope_parse, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.signing import HEADER, JobHeader, header_sign


def job_deliver(job_id: UUID) -> Job:
    """Deliver a job of the current scope by its id: for a process of its own."""
    with tenant_transaction():
        job = Job.objects.get(pk=job_id)
    return job_run(job)


def job_run(job: Job) -> Job:
    """Deliver a committed job to its task and return the row afterwards; call it outside any scope and transaction."""
    context = TenantContext(
        account_id=job.account_id,
        site_ids=site_scope_parse(job.site_scope),
        actor_id=job.actor_id,
        request_id=job.request_id,
    )
    header = header_sign(JobHeader(job_id=job.pk, context=context))
    current_app.loader.import_default_modules()
    current_app.tasks[job.kind].apply(headers={HEADER: header}, throw=True)
    with tenant_transaction(context):
        return Job.objects.get(pk=job.pk)
