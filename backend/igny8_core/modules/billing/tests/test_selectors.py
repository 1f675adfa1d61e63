"""The proof that the balance follows from the ledger, and that it notices when it does not."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings

from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.models import CreditHold
from igny8_core.modules.billing.selectors import balance_check, balance_get, holds_due, ledger_list
from igny8_core.modules.billing.selectors import credits as selectors
from igny8_core.modules.billing.services import credits_adjust, credits_capture, credits_grant, credits_hold
from igny8_core.modules.billing.types import Balance, BalanceReport
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection]:
    """The one role that could do damage: the trigger lets the table's owner pass."""
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as connection:
        yield connection


@pytest.fixture
def hold(tenant: Tenant) -> CreditHold:
    """Granted 10, corrected by -1, spent 3 of 4, holding 2."""
    with tenant.work():
        credits_grant(10, reason="for a test", idempotency_key="g")
        credits_adjust(-1, reason="for a test", idempotency_key="a")
        spent = credits_hold(4, operation="writer.section", idempotency_key="k")
        credits_capture(spent.pk, amount=3)
        return credits_hold(2, operation="writer.section", idempotency_key="l")


def test_balance_check_adds_up_the_ledger(tenant: Tenant, stranger: Tenant, hold: CreditHold) -> None:
    with tenant.work():
        assert balance_check() == BalanceReport(
            balance=6,
            held=2,
            ledger_balance=6,
            ledger_held=2,
            open_holds=2,
            entries=6,
            last_sequence=6,
            first_break=None,
            is_exact=True,
        )
        assert balance_get() == Balance(balance=6, held=2, available=4)
    with stranger.work():
        assert balance_check().entries == 0
        assert balance_check().is_exact


@pytest.mark.parametrize(
    ("damage", "first_break"),
    [
        ("UPDATE billing_creditaccount SET balance = balance + 1", None),
        ("UPDATE billing_creditaccount SET held = held - 1", None),
        ("UPDATE billing_creditaccount SET last_sequence = 7", None),
        ("UPDATE billing_ledgerentry SET balance_after = balance_after + 1 WHERE sequence = 2", 2),
        ("UPDATE billing_ledgerentry SET held_after = 1 WHERE sequence = 5", 5),
        ("UPDATE billing_ledgerentry SET amount = 2 WHERE sequence = 4", 4),
        ("DELETE FROM billing_ledgerentry WHERE sequence = 1", 2),
        ("DELETE FROM billing_ledgerentry WHERE sequence = 6", None),
        ("UPDATE billing_credithold SET amount = 1 WHERE state = 'held'", None),
    ],
)
def test_balance_check_notices_damage(
    damage: str, first_break: int | None, tenant: Tenant, hold: CreditHold, owner: psycopg.Connection
) -> None:
    assert owner.execute(damage).rowcount == 1
    with tenant.work():
        report = balance_check()
    assert (report.is_exact, report.first_break) == (False, first_break)


def test_ledger_list_is_newest_first_and_limited(tenant: Tenant, hold: CreditHold) -> None:
    with tenant.work():
        assert [entry.sequence for entry in ledger_list(3)] == [6, 5, 4]
        assert len(ledger_list()) == 6


def test_holds_due_reads_ids_of_every_account(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = {}
    for actor in (tenant, stranger):
        with actor.work():
            credits_grant(10, reason="for a test", idempotency_key="g")
            held = [
                credits_hold(1, operation="writer.section", idempotency_key=key, lifetime_seconds=lifetime)
                for key, lifetime in (("a", -20), ("b", -10), ("c", 60), ("d", -5))
            ]
            credits_capture(held[3].pk, amount=1)
        due[actor.account.pk] = [held[0].pk, held[1].pk]
    assert holds_due() == due
    monkeypatch.setattr(selectors, "utc_now", lambda: utc_now() - timedelta(hours=1))
    assert holds_due() == {}
