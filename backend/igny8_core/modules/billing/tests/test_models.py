"""What the database itself refuses, whoever asks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.models import CreditAccount, CreditHold, LedgerEntry
from igny8_core.modules.billing.services import credits_grant, credits_hold
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

CREDIT_MODELS = [CreditAccount, CreditHold, LedgerEntry]


@pytest.fixture
def hold(tenant: Tenant) -> CreditHold:
    """Ten credits, four of them held."""
    with tenant.work():
        credits_grant(10, reason="for a test", idempotency_key="g")
        return credits_hold(4, operation="writer.section", idempotency_key="k")


def _rows(tenant: Tenant) -> list[list[dict]]:
    with tenant.work():
        return [list(model.objects.order_by("id").values()) for model in CREDIT_MODELS]


def _refused(tenant: Tenant, what: Callable[[], Any], *, by: str) -> None:
    before = _rows(tenant)
    with pytest.raises(IntegrityError, match=by), tenant_transaction(tenant.context):
        what()
    assert _rows(tenant) == before


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("fields", [{"held": 11}, {"balance": 3}, {"balance": -1}, {"held": -1}])
def test_balance_never_falls_below_what_is_held(fields: dict, tenant: Tenant, hold: CreditHold) -> None:
    _refused(tenant, lambda: CreditAccount.objects.update(**fields), by="billing_creditaccount_")


def test_account_has_one_balance_row(tenant: Tenant, hold: CreditHold) -> None:
    _refused(tenant, lambda: CreditAccount.objects.create(), by="billing_creditaccount_one")


@pytest.mark.parametrize(
    ("fields", "by"),
    [
        ({"amount": 0}, "billing_hold_amount"),
        ({"captured_amount": 1}, "billing_hold_captured"),
        ({"state": "captured", "captured_amount": 5, "closed_at": utc_now()}, "billing_hold_captured"),
        ({"state": "expired", "captured_amount": 1, "closed_at": utc_now()}, "billing_hold_captured"),
        ({"state": "released"}, "billing_hold_closed"),
        ({"closed_at": utc_now()}, "billing_hold_closed"),
        ({"state": "lost", "closed_at": utc_now()}, "billing_hold_closed"),
    ],
)
def test_hold_is_in_one_of_its_states(fields: dict, by: str, tenant: Tenant, hold: CreditHold) -> None:
    _refused(tenant, lambda: CreditHold.objects.filter(pk=hold.pk).update(**fields), by=by)


def test_hold_of_a_key_is_open_once(tenant: Tenant, hold: CreditHold) -> None:
    def second() -> None:
        CreditHold.objects.create(
            amount=1, operation="writer.section", idempotency_key="k", expires_at=utc_now()
        )

    _refused(tenant, second, by="billing_hold_key")


@pytest.mark.parametrize(
    ("fields", "by"),
    [
        ({"sequence": 1}, "billing_ledger_sequence"),
        ({"idempotency_key": "g"}, "billing_ledger_key"),
        ({"kind": "adjustment", "idempotency_key": "g"}, "billing_ledger_key"),
        ({"amount": 0}, "billing_ledger_amount"),
        ({"amount": -1}, "billing_ledger_amount"),
        ({"kind": "adjustment", "amount": 0}, "billing_ledger_amount"),
        ({"kind": "capture"}, "billing_ledger_hold"),
        ({"kind": "gift"}, "billing_ledger_hold"),
        ({"held_after": 12}, "billing_ledger_covered"),
        ({"balance_after": -1}, "billing_ledger_"),
    ],
)
def test_ledger_line_makes_sense(fields: dict, by: str, tenant: Tenant, hold: CreditHold) -> None:
    line = {
        "sequence": 3,
        "kind": "grant",
        "amount": 1,
        "balance_after": 11,
        "held_after": 4,
        "idempotency_key": "h",
    }
    _refused(tenant, lambda: LedgerEntry.objects.create(**{**line, **fields}), by=by)


@pytest.mark.parametrize("kind", ["hold", "capture", "release"])
def test_ledger_has_one_line_of_a_kind_per_hold(kind: str, tenant: Tenant, hold: CreditHold) -> None:
    def twice() -> None:
        for sequence in (3, 4):
            LedgerEntry.objects.create(
                sequence=sequence,
                kind=kind,
                amount=1,
                balance_after=10,
                held_after=4,
                idempotency_key="k",
                hold=hold,
            )

    _refused(tenant, twice, by="billing_ledger_hold_once")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_ledgerentry SET amount = 1000",
        "UPDATE billing_ledgerentry SET reason = ''",
        "DELETE FROM billing_ledgerentry",
    ],
)
def test_ledger_rows_can_be_neither_changed_nor_deleted(
    statement: str, tenant: Tenant, hold: CreditHold
) -> None:
    _refused(tenant, lambda: _execute(statement), by="append-only")


def test_ledger_refuses_the_orm_too(tenant: Tenant, hold: CreditHold) -> None:
    _refused(tenant, lambda: LedgerEntry.objects.update(amount=1000), by="append-only")
    _refused(tenant, lambda: LedgerEntry.objects.first().delete(), by="append-only")


@pytest.mark.parametrize("table", ["billing_creditaccount", "billing_credithold"])
def test_balance_and_holds_cannot_be_deleted(table: str, tenant: Tenant, hold: CreditHold) -> None:
    _refused(tenant, lambda: _execute(f"DELETE FROM {table}"), by="append-only")


@pytest.mark.parametrize("model", [CreditAccount, CreditHold])
def test_balance_and_holds_refuse_deletion_in_the_orm(
    model: type[CreditHold], tenant: Tenant, hold: CreditHold
) -> None:
    with pytest.raises(NotImplementedError), tenant.work():
        model.objects.first().delete()
    with tenant.work():
        assert model.objects.count() == 1


def test_rows_of_another_account_cannot_be_named(tenant: Tenant, stranger: Tenant, hold: CreditHold) -> None:
    with pytest.raises(TenantMismatch), stranger.work():
        LedgerEntry.objects.create(
            sequence=1, kind="release", amount=4, balance_after=4, held_after=0, hold=hold
        )
    with stranger.work():
        assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize("table", [model._meta.db_table for model in CREDIT_MODELS])
def test_row_level_security_hides_rows_from_plain_sql(
    table: str, tenant: Tenant, stranger: Tenant, hold: CreditHold
) -> None:
    with stranger.work(), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (0,)
