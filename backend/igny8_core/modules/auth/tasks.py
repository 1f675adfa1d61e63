"""The room's jobs: mails, each composed when it is sent, so that no token is ever stored; and old sign-ins."""

from uuid import UUID

from celery import shared_task

from igny8_core.auth.services import sessions_purge
from igny8_core.modules.auth import services
from igny8_core.tenancy.worker import JobRun, tenant_task


@tenant_task("auth.mail_registration", max_attempts=5)
def mail_registration(run: JobRun) -> None:
    """Confirm an address, or tell its owner that it has an account."""
    services.registration_mail(**run.payload)


@tenant_task("auth.mail_password_reset", max_attempts=5)
def mail_password_reset(run: JobRun) -> None:
    """Send a reset link to whoever has the address."""
    services.password_reset_mail(email=run.payload["email"])


@tenant_task("auth.mail_invitation", max_attempts=5)
def mail_invitation(run: JobRun) -> None:
    """Send an invitation."""
    services.invitation_mail(UUID(run.payload["invitation_id"]))


@shared_task(name="auth.purge_sessions", soft_time_limit=240, time_limit=300, ignore_result=True)
def purge_sessions() -> int:
    """Forget sign-ins that expired a month ago; their rows know no policy, so one statement does it."""
    return sessions_purge()
