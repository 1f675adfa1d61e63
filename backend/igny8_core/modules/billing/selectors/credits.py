"""The balance, the ledger and the holds; it must never write."""

from uuid import UUID

from django.db.models import Case, F, Max, Q, QuerySet, Sum, Value, When, Window

from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.constants import EntryKind, HoldState
from igny8_core.modules.billing.models import CreditAccount, CreditHold, LedgerEntry
from igny8_core.modules.billing.types import Balance, BalanceReport
from igny8_core.tenancy.ops import ids_by_account

_AMOUNT, _MINUS, _ZERO = F("amount"), -F("amount"), Value(0)
BALANCE_EFFECT = Case(
    When(kind__in=[EntryKind.GRANT, EntryKind.ADJUSTMENT], then=_AMOUNT),
    When(kind=EntryKind.CAPTURE, then=_MINUS),
    default=_ZERO,
)
HELD_EFFECT = Case(
    When(kind=EntryKind.HOLD, then=_AMOUNT),
    When(kind__in=[EntryKind.CAPTURE, EntryKind.RELEASE], then=_MINUS),
    default=_ZERO,
)


def balance_get() -> Balance:
    """The current account's credits; an account that never had any has none."""
    row = CreditAccount.objects.first()
    if row is None:
        return Balance(balance=0, held=0, available=0)
    return Balance(balance=row.balance, held=row.held, available=row.available)


def ledger_list(limit: int = 100) -> list[LedgerEntry]:
    """The newest lines of the ledger, newest first."""
    return list(LedgerEntry.objects.order_by("-sequence")[:limit])


def balance_check() -> BalanceReport:
    """Prove that the balance follows from the ledger, and what is held from the open holds.

    Locks the balance row while it reads, so that no movement falls between the sums.
    """
    account = CreditAccount.objects.select_for_update().first() or CreditAccount()
    entries = LedgerEntry.objects.all()
    sums = entries.aggregate(
        balance=Sum(BALANCE_EFFECT, default=0),
        held=Sum(HELD_EFFECT, default=0),
        last=Max("sequence", default=0),
    )
    entry_count = entries.count()
    open_holds = CreditHold.objects.filter(state=HoldState.HELD).aggregate(total=Sum("amount", default=0))[
        "total"
    ]
    first_break = _first_break(entries)
    return BalanceReport(
        balance=account.balance,
        held=account.held,
        ledger_balance=sums["balance"],
        ledger_held=sums["held"],
        open_holds=open_holds,
        entries=entry_count,
        last_sequence=account.last_sequence,
        first_break=first_break,
        is_exact=(
            account.balance == sums["balance"]
            and account.held == sums["held"] == open_holds
            and account.last_sequence == sums["last"] == entry_count
            and first_break is None
        ),
    )


def _first_break(entries: QuerySet[LedgerEntry]) -> int | None:
    running = entries.annotate(
        balance_now=Window(Sum(BALANCE_EFFECT), order_by="sequence"),
        held_now=Window(Sum(HELD_EFFECT), order_by="sequence"),
    )
    wrong = running.filter(~Q(balance_now=F("balance_after")) | ~Q(held_now=F("held_after")))
    return wrong.order_by("sequence").values_list("sequence", flat=True).first()


def holds_due() -> dict[int, list[UUID]]:
    """Ids of open holds past their time by account, through the read-only operations role; a batch at a time."""
    return ids_by_account(CreditHold, Q(state=HoldState.HELD, expires_at__lte=utc_now()))
