"""Payments by transfer: asked for by a customer, decided by staff; what was paid is given in that transaction."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from igny8_core.auth.selectors import plans_active
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.billing.constants import PaymentKind, PaymentState
from igny8_core.modules.billing.errors import ItemUnknown, PaymentStateConflict
from igny8_core.modules.billing.models import CreditPackage, Payment
from igny8_core.modules.billing.selectors.plans import plan_credits
from igny8_core.modules.billing.services.credits import balance_locked, credits_grant
from igny8_core.modules.billing.services.subscriptions import plan_pay
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, current_context

# Neither 0 and O nor 1 and I: references are typed off a screen.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ALLOWED = {PaymentState.PENDING: {PaymentState.APPROVED, PaymentState.REJECTED, PaymentState.CANCELLED}}


@dataclass(frozen=True, slots=True)
class _Item:
    name: str
    credits: int
    amount_cents: int
    currency: str


def payment_request(*, kind: str, code: str, note: str = "") -> Payment:
    """Say that the account wants a plan or package and will transfer its price; staff approve it when it has come.

    What is asked for twice is one payment until it is decided. Raises ItemUnknown for what is not on offer.
    """
    item = _item(PaymentKind(kind), code)
    with transaction.atomic(using=TENANT_ALIAS):
        balance_locked()  # the second of two equal requests finds the first one's row
        known = Payment.objects.filter(kind=kind, item_code=code, state=PaymentState.PENDING).first()
        if known is not None:
            return known
        row = Payment.objects.create(
            kind=kind,
            item_code=code,
            item_name=item.name,
            credits=item.credits,
            amount_cents=item.amount_cents,
            currency=item.currency,
            reference="IG" + "".join(secrets.choice(_LETTERS) for _ in range(10)),
            note=note,
            requested_by=current_context().actor_id,
        )
        audit_write("payment.requested", row=row, detail=_detail(row))
    return row


def payment_cancel(payment_id: UUID) -> Payment:
    """Take a payment back before it is decided; doing it twice changes nothing.

    Raises NotFound and PaymentStateConflict.
    """
    return _decide(payment_id, PaymentState.CANCELLED, reason="")


def payment_reject(payment_id: UUID, *, reason: str) -> Payment:
    """Say that no money came; doing it twice changes nothing. Raises NotFound and PaymentStateConflict."""
    return _decide(payment_id, PaymentState.REJECTED, reason=reason)


def payment_approve(payment_id: UUID, *, reason: str) -> Payment:
    """Say that the money came, and give what it bought, once: its credits, and of a plan one more interval.

    Doing it twice, or at once, gives nothing more. Raises NotFound and PaymentStateConflict.
    """
    return _decide(payment_id, PaymentState.APPROVED, reason=reason)


def payment_transition(payment: Payment, state: PaymentState) -> None:
    """Decide a payment in memory; the caller saves. Raises PaymentStateConflict."""
    if state not in _ALLOWED.get(PaymentState(payment.state), set()):
        raise PaymentStateConflict(f"The payment is {payment.state} and cannot become {state.value}.")
    payment.state, payment.decided_at = state, utc_now()


def _decide(payment_id: UUID, state: PaymentState, *, reason: str) -> Payment:
    with transaction.atomic(using=TENANT_ALIAS):
        row = Payment.objects.select_for_update().filter(pk=payment_id).first()
        if row is None:
            raise NotFound
        if row.state == state:
            return row
        payment_transition(row, state)
        row.decided_by, row.reason = current_context().actor_id, reason[:300]
        row.save()
        if state is PaymentState.APPROVED:
            _give(row, reason=reason)
        audit_write(f"payment.{state.value}", row=row, reason=reason, detail=_detail(row))
    return row


def _give(row: Payment, *, reason: str) -> None:
    if row.kind == PaymentKind.PLAN:
        plan_pay(row.item_code, reason=reason)
    if row.credits:
        credits_grant(
            row.credits, reason=f"{row.item_name}, {row.reference}", idempotency_key=f"payment:{row.pk}"
        )


def _item(kind: PaymentKind, code: str) -> _Item:
    if kind is PaymentKind.PLAN:
        for plan in plans_active():
            if plan.code == code and plan.is_offered:
                return _Item(plan.name, plan_credits(plan), plan.price_cents, plan.currency)
    else:
        package = CreditPackage.objects.filter(code=code, is_active=True).first()
        if package is not None:
            return _Item(package.name, package.credits, package.price_cents, package.currency)
    raise ItemUnknown


def _detail(row: Payment) -> dict[str, object]:
    return {"kind": row.kind, "item": row.item_code, "cents": row.amount_cents, "currency": row.currency}
