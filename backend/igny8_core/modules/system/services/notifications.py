"""Tells people what happened, once for each event, in the transaction in which it happens; it sends nothing."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from igny8_core.auth.models import Role
from igny8_core.common.clock import utc_now
from igny8_core.common.text import excerpt
from igny8_core.modules.system.constants import (
    MARK_ALL_LIMIT,
    NOTIFICATION_DAYS,
    NOTIFICATION_LENGTH,
    TOLD_BY_THEIR_ROOM,
)
from igny8_core.modules.system.models import Notification, NotificationRead
from igny8_core.modules.system.selectors.jobs import job_title
from igny8_core.modules.system.selectors.notifications import notification_get, notifications_visible
from igny8_core.modules.system.types import NotificationKind, NotificationView
from igny8_core.tenancy.context import current_context
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.ops import ids_by_account
from igny8_core.tenancy.tasks import in_each_account


def notify(
    kind: NotificationKind,
    text: str,
    *,
    dedupe_key: str,
    site_id: UUID | None = None,
    recipient_id: UUID | None = None,
    lowest_role: Role = Role.VIEWER,
    target_kind: str = "",
    target_id: object = "",
) -> None:
    """Tell of an event, in the caller's transaction; the same key a second time tells nothing.

    `text` is one sentence without secrets, cut to 300 characters. With a `recipient_id` that person alone is told, else
    everybody of at least `lowest_role` who sees the site, or without a site everybody who sees the whole account.
    """
    row = Notification(
        kind=kind,
        account_id=current_context().account_id,
        text=excerpt(text, max_length=NOTIFICATION_LENGTH),
        site_id=site_id,
        recipient_id=recipient_id,
        lowest_role=lowest_role,
        target_kind=target_kind,
        target_id=str(target_id),
        dedupe_key=dedupe_key,
    )
    Notification.objects.bulk_create([row], ignore_conflicts=True)


def job_failure_tell(job: Job) -> None:
    """Tell that a job failed for good, unless its room does so itself; called by the worker as the job ends."""
    if job.kind in TOLD_BY_THEIR_ROOM:
        return
    notify(
        NotificationKind.JOB_FAILED,
        f"{job_title(job.kind)} failed: {job.error_message}",
        dedupe_key=f"job:{job.pk}",
        site_id=job.site_id,
        target_kind="job",
        target_id=job.pk,
    )


def notification_read(notification_id: UUID) -> NotificationView:
    """Mark a notification as read by the current person; doing it twice changes nothing. Raises NotFound."""
    notification_get(notification_id)
    _mark([notification_id])
    return notification_get(notification_id)


def notifications_read_all() -> int:
    """Mark what the current person has not read, at most 5,000 at a time; returns how many were marked."""
    unread = notifications_visible(Notification.objects.all()).filter(is_read=False).order_by("-id")
    ids = list(unread.values_list("pk", flat=True)[:MARK_ALL_LIMIT])
    _mark(ids)
    return len(ids)


def _mark(notification_ids: Iterable[UUID]) -> None:
    context = current_context()
    if context.actor_id is None:
        return  # a job reads nothing
    marks = [
        NotificationRead(account_id=context.account_id, notification_id=one, user_id=context.actor_id)
        for one in notification_ids
    ]
    NotificationRead.objects.bulk_create(marks, ignore_conflicts=True)


def notifications_expire() -> int:
    """Delete what was told more than 90 days ago, with its marks; the account's purge then removes it for good.

    Each account in a scope of its own, a batch at a time; returns the number of accounts done.
    """
    before = utc_now() - timedelta(days=NOTIFICATION_DAYS)
    due = ids_by_account(Notification, Q(created_at__lt=before, deleted_at=None))
    return in_each_account(
        due, lambda account_id: Notification.objects.filter(pk__in=due[account_id]).delete()
    )
