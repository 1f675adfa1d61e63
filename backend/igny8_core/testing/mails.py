"""Mails in tests: the jobs that send them are run as a worker would, the mails are read from memory."""

from django.core import mail

from igny8_core.common.ids import SYSTEM_ACCOUNT_ID
from igny8_core.tenancy.context import TenantContext, tenant_transaction
from igny8_core.tenancy.models import Job, JobState
from igny8_core.testing.jobs import job_run


def mails_after_jobs(account_id: int = SYSTEM_ACCOUNT_ID) -> list[mail.EmailMessage]:
    """Run the account's waiting jobs as a worker would, and give every mail sent so far."""
    context = TenantContext.of_account(account_id)
    with tenant_transaction(context):
        jobs = list(Job.objects.filter(state=JobState.QUEUED).order_by("id"))
    for job in jobs:
        job_run(job)
    return list(mail.outbox)


def token_in(message: mail.EmailMessage) -> str:
    """The code that a mail carries."""
    return str(message.body).split('"token": "')[1].split('"')[0]
