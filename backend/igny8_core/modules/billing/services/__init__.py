"""Every write of credits, plans and payments; prices stand here too, since whoever holds credits asks for one."""

from igny8_core.modules.billing.selectors.prices import article_price, operation_price
from igny8_core.modules.billing.services.credits import (
    credits_adjust,
    credits_capture,
    credits_grant,
    credits_hold,
    credits_release,
    credits_require,
    hold_transition,
    holds_expire,
    holds_expire_here,
    trial_grant,
)
from igny8_core.modules.billing.services.payments import (
    payment_approve,
    payment_cancel,
    payment_reject,
    payment_request,
    payment_transition,
)
from igny8_core.modules.billing.services.subscriptions import (
    plan_pay,
    plan_reactivate,
    plan_suspend,
    subscription_advance,
    subscriptions_advance,
)

__all__ = [
    "article_price",
    "credits_adjust",
    "credits_capture",
    "credits_grant",
    "credits_hold",
    "credits_release",
    "credits_require",
    "hold_transition",
    "holds_expire",
    "holds_expire_here",
    "operation_price",
    "payment_approve",
    "payment_cancel",
    "payment_reject",
    "payment_request",
    "payment_transition",
    "plan_pay",
    "plan_reactivate",
    "plan_suspend",
    "subscription_advance",
    "subscriptions_advance",
    "trial_grant",
]
