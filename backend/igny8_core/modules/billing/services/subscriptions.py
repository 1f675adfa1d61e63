"""The account's plan: changed by a payment, moved on when its time is over, suspended and reactivated by staff."""

from calendar import monthrange
from datetime import datetime
from typing import Any

from django.db import transaction

from igny8_core.auth.models import Account, BillingInterval, Plan, PlanStatus
from igny8_core.auth.plans import plan_grace_until, plan_status
from igny8_core.auth.selectors import account_get, accounts_over, plan_get_by_code
from igny8_core.auth.services import account_update
from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.selectors import plan_get
from igny8_core.modules.billing.selectors.plans import MONTHS
from igny8_core.modules.billing.services.credits import balance_locked
from igny8_core.modules.billing.types import PlanView
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS
from igny8_core.tenancy.errors import SystemAccountProtected
from igny8_core.tenancy.tasks import in_each_account


def plan_suspend(*, reason: str) -> PlanView:
    """Stop everything of the current account but staff's own look at it. Raises SystemAccountProtected."""
    return _state_set(PlanStatus.SUSPENDED, action="plan.suspended", reason=reason)


def plan_reactivate(*, reason: str) -> PlanView:
    """Make the current account's plan active again; paid time that is over no longer counts.

    Raises SystemAccountProtected.
    """
    paid_until = account_get().paid_until
    is_over = paid_until is not None and paid_until <= utc_now()
    kept = {"paid_until": None if is_over else paid_until, "grace_until": None}
    return _state_set(PlanStatus.ACTIVE, action="plan.reactivated", reason=reason, **kept)


def plan_pay(code: str, *, reason: str) -> Account:
    """Give the current account a plan for one interval, from now, or from where the same plan's paid time ends.

    Call it where the payment is stored. Raises SystemAccountProtected and NotFound.
    """
    plan = plan_get_by_code(code)
    with transaction.atomic(using=TENANT_ALIAS):
        balance_locked()  # two payments of an account are two intervals, one after the other
        account = _account_of_customer()
        until = period_end(_begin(account, plan), BillingInterval(plan.interval))
        changed = account_update(
            account.pk, plan=plan, plan_status=PlanStatus.ACTIVE, paid_until=until, grace_until=None
        )
        detail = {"from": account.plan.code, "to": plan.code, "paid_until": until.isoformat()}
        audit_write("plan.paid", row=account, reason=reason, detail=detail)
    return changed


def period_end(begin: datetime, interval: BillingInterval) -> datetime:
    """The same day and time one interval later, or the month's last day where it has no such day."""
    month = begin.month - 1 + MONTHS[interval]
    year, month = begin.year + month // 12, month % 12 + 1
    return begin.replace(year=year, month=month, day=min(begin.day, monthrange(year, month)[1]))


def subscriptions_advance() -> int:
    """Write down what time has made of trials, paid time and grace; returns the number of accounts looked at well."""
    return in_each_account(accounts_over(), lambda _account_id: subscription_advance())


def subscription_advance() -> PlanStatus:
    """Let the current account's row say the state that counts now; a second call changes nothing.

    A trial or paid time that is over is past due for seven days of grace, then suspended.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        balance_locked()  # a payment that is being approved goes first, or sees what this made of the account
        account = account_get()
        state, was = plan_status(account), PlanStatus(account.plan_status)
        if state is not was:
            account_update(account.pk, plan_status=state, grace_until=plan_grace_until(account))
            reason = (
                "The grace is over." if state is PlanStatus.SUSPENDED else f"What was {_OVER[was]} is over."
            )
            audit_write(f"plan.{state.value}", row=account, reason=reason, detail={"from": was.value})
    return state


_OVER = {PlanStatus.TRIALING: "tried", PlanStatus.ACTIVE: "paid"}


def _begin(account: Account, plan: Plan) -> datetime:
    is_renewal = account.plan_id == plan.pk and plan_status(account) in (
        PlanStatus.ACTIVE,
        PlanStatus.PAST_DUE,
    )
    return (account.paid_until if is_renewal else None) or utc_now()


def _account_of_customer() -> Account:
    account = account_get()
    if account.is_system:
        raise SystemAccountProtected("The system account is always active.")
    return account


def _state_set(status: PlanStatus, *, action: str, reason: str, **fields: Any) -> PlanView:
    account = _account_of_customer()
    with transaction.atomic(using=TENANT_ALIAS):
        account_update(account.pk, plan_status=status, **fields)
        audit_write(action, row=account, reason=reason, detail={"from": account.plan_status})
    return plan_get()
