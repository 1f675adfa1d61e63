"""Every movement of credits: it locks the balance row first, is written to the ledger, and may be repeated."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from igny8_core.auth.selectors import account_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.billing.alerts import credits_watch
from igny8_core.modules.billing.constants import MAX_AMOUNT, TRIAL_KEY, EntryKind, HoldState
from igny8_core.modules.billing.errors import (
    AmountInvalid,
    CaptureExceedsHold,
    CreditKeyReused,
    HoldStateConflict,
    InsufficientCredits,
)
from igny8_core.modules.billing.models import CreditAccount, CreditHold, LedgerEntry
from igny8_core.modules.billing.selectors import balance_get, holds_due
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, current_context
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.tasks import in_each_account

_ALLOWED = {HoldState.HELD: {HoldState.CAPTURED, HoldState.RELEASED, HoldState.EXPIRED}}


def credits_grant(amount: int, *, reason: str, idempotency_key: str) -> LedgerEntry:
    """Add credits once per key.

    Raises AmountInvalid, and CreditKeyReused when the key came before with another amount.
    """
    _require_amount(amount)
    return _book_once(EntryKind.GRANT, amount, reason=reason, idempotency_key=idempotency_key)


def credits_adjust(amount: int, *, reason: str, idempotency_key: str) -> LedgerEntry:
    """Correct the balance by a signed amount, once per key; what is held is never touched.

    Raises AmountInvalid, CreditKeyReused, and InsufficientCredits when less than `-amount` is available.
    """
    _require_amount(abs(amount))
    return _book_once(EntryKind.ADJUSTMENT, amount, reason=reason, idempotency_key=idempotency_key)


def trial_grant() -> LedgerEntry | None:
    """Give a new account its plan's monthly credits, once for ever; None when the plan has none."""
    amount = account_get().plan.monthly_credits
    if not amount:
        return None
    with transaction.atomic(using=TENANT_ALIAS):
        balance_locked()
        given = LedgerEntry.objects.filter(kind=EntryKind.GRANT, idempotency_key=TRIAL_KEY).first()
        # The plan may have changed since: what was given stays given.
        return given or credits_grant(amount, reason="Trial credits", idempotency_key=TRIAL_KEY)


def credits_require(amount: int) -> None:
    """Raise InsufficientCredits when less is available now; nothing is set aside, so a hold may be refused later."""
    available = balance_get().available
    if available < amount:
        raise InsufficientCredits(needed=amount, available=available)


def credits_hold(
    amount: int,
    *,
    operation: str,
    idempotency_key: str,
    job_id: UUID | None = None,
    site_id: UUID | None = None,
    lifetime_seconds: int = 3600,
) -> CreditHold:
    """Set credits aside for one purchase, which the key names.

    The statement shows it under `site_id`, or else the job's site, and under whoever acts, or started the job.
    An open hold of the key is returned again with its lifetime renewed, a captured one as it is, so that nobody pays
    twice; after a release or expiry the key may be held anew. Raises InsufficientCredits, AmountInvalid, and
    CreditKeyReused for another amount or operation.
    """
    _require_amount(amount)
    expires_at = utc_now() + timedelta(seconds=lifetime_seconds)
    with transaction.atomic(using=TENANT_ALIAS):
        account = balance_locked()
        known = _hold_of_key(idempotency_key)
        if known is not None:
            return _hold_again(
                known, amount=amount, operation=operation, job_id=job_id, expires_at=expires_at
            )
        if account.available < amount:
            raise InsufficientCredits(needed=amount, available=account.available)
        hold = CreditHold.objects.create(
            amount=amount,
            operation=operation,
            idempotency_key=idempotency_key,
            job_id=job_id,
            site_id=site_id or _site_of_job(job_id),
            user_id=current_context().actor_id,
            expires_at=expires_at,
        )
        _book(account, EntryKind.HOLD, amount, hold=hold)
        credits_watch(account, before=account.available + amount)
    return hold


def credits_capture(hold_id: UUID, *, amount: int) -> CreditHold:
    """Charge `amount` credits, 0 to the held amount, and give back the rest; call it where the result is stored.

    Doing it twice with the same amount changes nothing. Raises NotFound, AmountInvalid, CaptureExceedsHold, and
    HoldStateConflict for a hold that was given back or captured with another amount.
    """
    if amount < 0:
        raise AmountInvalid
    with transaction.atomic(using=TENANT_ALIAS):
        account, hold = balance_locked(), _hold_locked(hold_id)
        if hold.state == HoldState.CAPTURED and hold.captured_amount == amount:
            return hold
        if amount > hold.amount:
            raise CaptureExceedsHold(f"{amount} credits would be charged, {hold.amount} are held.")
        hold_transition(hold, HoldState.CAPTURED)
        hold.captured_amount = amount
        hold.save()
        if amount:
            _book(account, EntryKind.CAPTURE, amount, hold=hold)
        if amount < hold.amount:
            _book(account, EntryKind.RELEASE, hold.amount - amount, hold=hold, reason="not needed")
    return hold


def credits_release(hold_id: UUID, *, reason: str) -> CreditHold:
    """Give back what a hold set aside; doing it twice, or after it expired, changes nothing.

    Raises NotFound, and HoldStateConflict after a capture.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        account, hold = balance_locked(), _hold_locked(hold_id)
        if hold.state in (HoldState.RELEASED, HoldState.EXPIRED):
            return hold
        _give_back(account, hold, HoldState.RELEASED, reason=reason)
    return hold


def holds_expire() -> int:
    """Give back every hold past its time, each account in a scope of its own; returns the number of accounts done."""
    due = holds_due()
    return in_each_account(due, lambda account_id: holds_expire_here(due[account_id]))


def holds_expire_here(hold_ids: Iterable[UUID]) -> int:
    """Give back those of the current account's holds that are still open and past their time; returns how many."""
    with transaction.atomic(using=TENANT_ALIAS):
        account, now = balance_locked(), utc_now()
        due = CreditHold.objects.select_for_update().filter(
            pk__in=list(hold_ids), state=HoldState.HELD, expires_at__lte=now
        )
        holds = list(due.order_by("id"))
        for hold in holds:
            _give_back(account, hold, HoldState.EXPIRED, reason="expired")
    return len(holds)


def hold_transition(hold: CreditHold, state: HoldState) -> None:
    """Close a hold in memory; the caller saves. Raises HoldStateConflict."""
    if state not in _ALLOWED.get(HoldState(hold.state), set()):
        raise HoldStateConflict(f"The hold is {hold.state} and cannot become {state.value}.")
    hold.state, hold.closed_at = state, utc_now()


def _give_back(account: CreditAccount, hold: CreditHold, state: HoldState, *, reason: str) -> None:
    hold_transition(hold, state)
    hold.reason = reason[:300]
    hold.save()
    _book(account, EntryKind.RELEASE, hold.amount, hold=hold, reason=reason)


def _require_amount(amount: int) -> None:
    if not 1 <= amount <= MAX_AMOUNT:
        raise AmountInvalid(f"A number of credits from 1 to {MAX_AMOUNT} is needed.")


def balance_locked() -> CreditAccount:
    """The account's balance row, locked until the commit: whatever moves credits or decides a payment holds it."""
    # Locked before anything else that a movement touches, so that two movements cannot wait for each other; made on
    # first use, where the unique constraint lets the second of two firsts wait and then find the row.
    row, _ = CreditAccount.objects.select_for_update().get_or_create(account_id=current_context().account_id)
    return row


def _hold_locked(hold_id: UUID) -> CreditHold:
    hold = CreditHold.objects.select_for_update().filter(pk=hold_id).first()
    if hold is None:
        raise NotFound
    return hold


def _hold_of_key(idempotency_key: str) -> CreditHold | None:
    holds = CreditHold.objects.select_for_update().filter(
        idempotency_key=idempotency_key, state__in=[HoldState.HELD, HoldState.CAPTURED]
    )
    return holds.first()


def _site_of_job(job_id: UUID | None) -> UUID | None:
    if job_id is None:
        return None
    return Job.objects.filter(pk=job_id).values_list("site_id", flat=True).first()


def _hold_again(
    hold: CreditHold, *, amount: int, operation: str, job_id: UUID | None, expires_at: datetime
) -> CreditHold:
    if (hold.amount, hold.operation) != (amount, operation):
        raise CreditKeyReused
    if hold.state == HoldState.HELD:
        hold.expires_at = max(hold.expires_at, expires_at)
        hold.job_id = job_id or hold.job_id
        hold.save(update_fields=["expires_at", "job_id", "updated_at"])
    return hold


def _book_once(kind: EntryKind, amount: int, *, reason: str, idempotency_key: str) -> LedgerEntry:
    with transaction.atomic(using=TENANT_ALIAS):
        account = balance_locked()
        known = LedgerEntry.objects.filter(
            kind__in=[EntryKind.GRANT, EntryKind.ADJUSTMENT], idempotency_key=idempotency_key
        ).first()
        if known is not None:
            if (known.kind, known.amount) != (kind, amount):
                raise CreditKeyReused
            return known
        if account.available + amount < 0:
            raise InsufficientCredits(needed=-amount, available=account.available)
        entry = _book(account, kind, amount, reason=reason, idempotency_key=idempotency_key)
        audit_write(f"credits.{kind.value}", row=entry, reason=reason, detail={"amount": amount})
    return entry


def _book(
    account: CreditAccount,
    kind: EntryKind,
    amount: int,
    *,
    hold: CreditHold | None = None,
    reason: str = "",
    idempotency_key: str = "",
) -> LedgerEntry:
    if kind in (EntryKind.GRANT, EntryKind.ADJUSTMENT):
        account.balance += amount
    if kind is EntryKind.CAPTURE:
        account.balance -= amount
    if kind is EntryKind.HOLD:
        account.held += amount
    if kind in (EntryKind.CAPTURE, EntryKind.RELEASE):
        account.held -= amount
    account.last_sequence += 1
    account.save()
    return LedgerEntry.objects.create(
        sequence=account.last_sequence,
        kind=kind,
        amount=amount,
        balance_after=account.balance,
        held_after=account.held,
        hold=hold,
        job_id=hold.job_id if hold else None,
        site_id=hold.site_id if hold else None,
        # What became of a hold is booked to whoever bought, also when a sweeper gives it back.
        user_id=hold.user_id if hold else current_context().actor_id,
        operation=hold.operation if hold else "",
        idempotency_key=hold.idempotency_key if hold else idempotency_key,
        reason=reason[:300],
    )
