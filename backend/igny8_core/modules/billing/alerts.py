"""Tells the account's admins that credits run low, where they are set aside; it moves none."""

from igny8_core.auth.models import Role
from igny8_core.auth.selectors import account_get
from igny8_core.modules.billing.constants import LOW_PERCENTS, EntryKind
from igny8_core.modules.billing.models import CreditAccount, LedgerEntry
from igny8_core.modules.system.services import notify
from igny8_core.modules.system.types import NotificationKind


def credits_watch(account: CreditAccount, *, before: int) -> None:
    """Tell when what is available fell, from `before`, to nothing or below 20 or 10 % of the plan's monthly credits.

    Each level is told of once until credits are granted again: holding and releasing goes up and down all day.
    """
    monthly = account_get().plan.monthly_credits
    fallen = [
        percent for percent in LOW_PERCENTS if account.available * 100 < percent * monthly <= before * 100
    ]
    if account.available == 0:
        _tell(NotificationKind.CREDITS_EXHAUSTED, "All credits are used up or set aside.", level="0")
    elif fallen:
        text = f"Less than {min(fallen)} % of a month's credits are left: {account.available:,}."
        _tell(NotificationKind.CREDITS_LOW, text, level=str(min(fallen)))


def _tell(kind: NotificationKind, text: str, *, level: str) -> None:
    grants = LedgerEntry.objects.filter(kind=EntryKind.GRANT)
    last = grants.order_by("-sequence").values_list("sequence", flat=True).first()
    notify(kind, text, dedupe_key=f"credits:{level}:{last}", lowest_role=Role.ADMIN, target_kind="balance")
