"""The account's payments, and a page of its ledger, as the console shows them; it must never write."""

from typing import Any

from igny8_core.auth.selectors import site_domains, user_emails
from igny8_core.common.pages import Page
from igny8_core.modules.billing.models import LedgerEntry, Payment
from igny8_core.modules.billing.types import LedgerLine, PaymentView
from igny8_core.tenancy.pages import page_read


def payment_page(*, state: str = "", number: int = 1) -> Page[PaymentView]:
    """The account's payments, newest first; with a state those in it alone."""
    rows = Payment.objects.order_by("-id")
    return page_read(rows.filter(state=state) if state else rows, payment_view, number=number)


def payment_view(row: Payment) -> PaymentView:
    """A payment with where to send the money."""
    return PaymentView(
        id=row.pk,
        state=row.state,
        kind=row.kind,
        item_code=row.item_code,
        item_name=row.item_name,
        credits=row.credits,
        amount_cents=row.amount_cents,
        currency=row.currency,
        reference=row.reference,
        pay_to=row.pay_to,
        note=row.note,
        reason=row.reason,
        requested_by=row.requested_by,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )


def ledger_page(*, kind: str = "", operation: str = "", number: int = 1) -> Page[LedgerLine]:
    """The ledger, newest line first, with its sites and people by name."""
    given = {"kind": kind, "operation": operation}
    rows = LedgerEntry.objects.filter(**{name: value for name, value in given.items() if value})
    page = page_read(rows.order_by("-sequence"), lambda row: row, number=number)
    sites = site_domains({row.site_id for row in page.rows if row.site_id})
    people = user_emails({row.user_id for row in page.rows if row.user_id})
    lines = tuple(
        _line(row, site=sites.get(row.site_id, ""), user=people.get(row.user_id, "")) for row in page.rows
    )
    return Page(rows=lines, total=page.total, number=page.number, size=page.size)


def _line(row: Any, *, site: str, user: str) -> LedgerLine:
    return LedgerLine(
        id=row.pk,
        sequence=row.sequence,
        kind=row.kind,
        amount=row.amount,
        balance_after=row.balance_after,
        held_after=row.held_after,
        operation=row.operation,
        site=site,
        user=user,
        job_id=row.job_id,
        reason=row.reason,
        created_at=row.created_at,
    )
