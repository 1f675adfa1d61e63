"""The account's plan and subscription, and what can be bought; it must never write."""

from datetime import datetime

from igny8_core.auth.models import Account, BillingInterval, Plan, PlanStatus
from igny8_core.auth.plans import PLAN_RULES, plan_ends_at, plan_grace_until, plan_status
from igny8_core.auth.selectors import account_get, plans_active
from igny8_core.modules.billing.models import CreditPackage
from igny8_core.modules.billing.types import PackageOffer, PlanLimits, PlanOffer, PlanView, Subscription

MONTHS = {BillingInterval.MONTH: 1, BillingInterval.YEAR: 12}


def plan_get() -> PlanView:
    """The account's plan with the state that counts now: what is over is past due, and then a suspension."""
    account = account_get()
    plan, state = account.plan, plan_status(account)
    rule = PLAN_RULES[state]
    return PlanView(
        code=plan.code,
        name=plan.name,
        state=state.value,
        trial_ends_at=account.trial_ends_at,
        grace_until=_grace(account, state),
        may_write=rule.may_write,
        may_run_jobs=rule.may_run_jobs,
        limits=_limits(plan),
    )


def plan_list() -> tuple[PlanOffer, ...]:
    """The plans on offer, the cheapest first, and the account's own, offered or not."""
    current = account_get().plan
    plans = plans_active()
    if current.pk not in {plan.pk for plan in plans}:
        plans = [current, *plans]
    return tuple(
        _offer(plan, current_id=current.pk) for plan in plans if plan.is_offered or plan.pk == current.pk
    )


def subscription_get() -> Subscription:
    """Where the account's subscription stands now."""
    account = account_get()
    state, ends_at = plan_status(account), plan_ends_at(account)
    is_paid = state is PlanStatus.ACTIVE and account.plan.is_offered
    return Subscription(
        plan=_offer(account.plan, current_id=account.plan_id),
        status=account.plan_status,
        state=state.value,
        trial_ends_at=account.trial_ends_at,
        paid_until=account.paid_until,
        grace_until=_grace(account, state),
        next_credits=plan_credits(account.plan) if is_paid and ends_at else 0,
        next_credits_at=ends_at if is_paid else None,
    )


def plan_credits(plan: Plan) -> int:
    """The credits that one payment of a plan brings: those of every month that it pays for."""
    return plan.monthly_credits * MONTHS[BillingInterval(plan.interval)]


def package_list() -> tuple[PackageOffer, ...]:
    """The credit packages on offer, the smallest first."""
    return tuple(
        PackageOffer(
            code=row.code,
            name=row.name,
            credits=row.credits,
            price_cents=row.price_cents,
            currency=row.currency,
        )
        for row in CreditPackage.objects.filter(is_active=True).order_by("credits", "pk")
    )


def _grace(account: Account, state: PlanStatus) -> datetime | None:
    return plan_grace_until(account) if state is PlanStatus.PAST_DUE else account.grace_until


def _offer(plan: Plan, *, current_id: int) -> PlanOffer:
    return PlanOffer(
        code=plan.code,
        name=plan.name,
        description=plan.description,
        price_cents=plan.price_cents,
        currency=plan.currency,
        interval=plan.interval,
        limits=_limits(plan),
        is_current=plan.pk == current_id,
        is_offered=plan.is_active and plan.is_offered,
    )


def _limits(plan: Plan) -> PlanLimits:
    return PlanLimits(
        monthly_credits=plan.monthly_credits,
        max_sites=plan.max_sites,
        max_users=plan.max_users,
        max_keywords=plan.max_keywords,
    )
