"""The room's periodic work; it loads nothing and calls one service."""

from celery import shared_task

from igny8_core.modules.system.services import notifications_expire


@shared_task(name="system.expire_notifications", soft_time_limit=840, time_limit=900, ignore_result=True)
def expire_notifications() -> int:
    """Delete old notifications; returns the number of accounts done."""
    return notifications_expire()
