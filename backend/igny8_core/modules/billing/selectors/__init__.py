"""Every read of credits, prices, plans and payments that is more than one filter; it must never write."""

from igny8_core.modules.billing.selectors.credits import (
    balance_check,
    balance_get,
    holds_due,
    ledger_list,
)
from igny8_core.modules.billing.selectors.payments import (
    ledger_page,
    payment_page,
    payment_view,
)
from igny8_core.modules.billing.selectors.plans import (
    package_list,
    plan_get,
    plan_list,
    subscription_get,
)
from igny8_core.modules.billing.selectors.prices import (
    article_price,
    estimate_get,
    operation_price,
    price_list,
)
from igny8_core.modules.billing.selectors.statement import (
    credits_by_day,
    credits_spent,
    month_start,
    statement_get,
)

__all__ = [
    "article_price",
    "balance_check",
    "balance_get",
    "credits_by_day",
    "credits_spent",
    "estimate_get",
    "holds_due",
    "ledger_list",
    "ledger_page",
    "month_start",
    "operation_price",
    "package_list",
    "payment_page",
    "payment_view",
    "plan_get",
    "plan_list",
    "price_list",
    "statement_get",
    "subscription_get",
]
