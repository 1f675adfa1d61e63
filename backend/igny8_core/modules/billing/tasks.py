"""The room's periodic work; it loads nothing and calls one service."""

from celery import shared_task

from igny8_core.modules.billing.services import holds_expire, subscriptions_advance


@shared_task(name="billing.expire_holds", soft_time_limit=50, time_limit=60, ignore_result=True)
def expire_holds() -> int:
    """Give back the credits of purchases that nobody finished; returns the number of accounts done."""
    return holds_expire()


@shared_task(name="billing.advance_subscriptions", soft_time_limit=240, time_limit=300, ignore_result=True)
def advance_subscriptions() -> int:
    """Write down trials, paid time and grace that are over; returns the number of accounts done."""
    return subscriptions_advance()
