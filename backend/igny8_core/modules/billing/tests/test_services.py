"""Credits move exactly once, never below zero, and every movement is on the ledger."""

from datetime import timedelta
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.billing.constants import MAX_AMOUNT, EntryKind, HoldState
from igny8_core.modules.billing.errors import (
    AmountInvalid,
    CaptureExceedsHold,
    CreditKeyReused,
    HoldStateConflict,
    InsufficientCredits,
    OperationUnknown,
)
from igny8_core.modules.billing.models import CreditAccount, CreditHold, LedgerEntry
from igny8_core.modules.billing.selectors import balance_check, balance_get, ledger_list
from igny8_core.modules.billing.services import (
    article_price,
    credits_adjust,
    credits_capture,
    credits_grant,
    credits_hold,
    credits_release,
    holds_expire_here,
    operation_price,
    trial_grant,
)
from igny8_core.modules.billing.types import Balance
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant, context_of

pytestmark = pytest.mark.django_db

JOB = UUID(int=7)


def _grant(amount: int = 10, key: str = "g") -> LedgerEntry:
    return credits_grant(amount, reason="for a test", idempotency_key=key)


def _hold(amount: int = 4, key: str = "k", **fields: object) -> CreditHold:
    return credits_hold(amount, operation="writer.section", idempotency_key=key, **fields)


def _assert_balance(balance: int, held: int) -> None:
    assert balance_get() == Balance(balance=balance, held=held, available=balance - held)
    assert balance_check().is_exact


@pytest.mark.parametrize(
    ("operation", "units", "price"),
    [
        ("writer.section", 1, 1),
        ("writer.section", 0, 1),
        ("writer.section", 100, 1),
        ("writer.section", 101, 2),
        ("writer.section", 250, 3),
        ("writer.article", 1500, 15),
    ],
)
def test_operation_price_counts_started_hundreds(operation: str, units: int, price: int) -> None:
    assert operation_price(operation, units=units) == price


def test_operation_price_refuses_an_unknown_operation() -> None:
    with pytest.raises(OperationUnknown, match=r"writer\.poem"):
        operation_price("writer.poem")


def test_article_price_is_the_sum_of_its_sections() -> None:
    assert article_price([120, 80, 300]) == 2 + 1 + 3


def test_balance_of_an_account_without_credits(tenant: Tenant) -> None:
    with tenant.work():
        _assert_balance(0, 0)
        assert CreditAccount.objects.count() == 0


def test_credits_grant_adds_once_per_key(tenant: Tenant) -> None:
    with tenant.work():
        first, again = _grant(), _grant()
        assert first.pk == again.pk
        assert (first.sequence, first.kind, first.amount, first.balance_after) == (1, EntryKind.GRANT, 10, 10)
        assert _grant(key="another").balance_after == 20
        _assert_balance(20, 0)
        events = AuditEvent.objects.filter(action="credits.grant")
        assert list(events.values_list("actor_id", flat=True)) == [tenant.owner.pk] * 2


def test_credits_grant_refuses_a_key_of_another_amount(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        with pytest.raises(CreditKeyReused):
            _grant(11)
        with pytest.raises(CreditKeyReused):
            credits_adjust(10, reason="for a test", idempotency_key="g")
        _assert_balance(10, 0)


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1])
def test_amount_out_of_range_is_refused(amount: int, tenant: Tenant) -> None:
    with tenant.work():
        for refused in (_grant, _hold):
            with pytest.raises(AmountInvalid):
                refused(amount)
        assert CreditAccount.objects.count() == 0


def test_credits_adjust_carries_its_sign_and_spares_what_is_held(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        _hold(4)
        assert credits_adjust(-6, reason="mistake", idempotency_key="a").amount == -6
        _assert_balance(4, 4)
        with pytest.raises(InsufficientCredits) as refusal:
            credits_adjust(-1, reason="mistake", idempotency_key="b")
        assert (refusal.value.needed, refusal.value.available) == (1, 0)
        with pytest.raises(AmountInvalid):
            credits_adjust(0, reason="nothing", idempotency_key="c")
        credits_adjust(3, reason="goodwill", idempotency_key="d")
        _assert_balance(7, 4)


def test_trial_grant_gives_the_plans_credits_once(tenant: Tenant) -> None:
    with tenant.work():
        first, again = trial_grant(), trial_grant()
        assert first is not None
        assert again is not None
        assert (first.pk, first.amount, first.idempotency_key) == (again.pk, 25_000, "trial")
        _assert_balance(25_000, 0)


def test_trial_grant_of_a_plan_that_changed_gives_nothing_more(tenant: Tenant) -> None:
    with tenant.work():
        first = trial_grant()
        tenant.account.plan.monthly_credits = 7
        tenant.account.plan.save()
        assert trial_grant() == first
        tenant.account.plan.monthly_credits = 0
        tenant.account.plan.save()
        assert trial_grant() is None
        _assert_balance(25_000, 0)


def test_credits_hold_sets_aside_and_says_what_is_missing(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        hold = _hold(6, job_id=JOB)
        assert (hold.state, hold.amount, hold.job_id, hold.closed_at) == (HoldState.HELD, 6, JOB, None)
        with pytest.raises(
            InsufficientCredits, match=r"^This needs 5 credits; 4 are available\.$"
        ) as refusal:
            _hold(5, key="other")
        assert refusal.value.code == "insufficient_credits"
        _assert_balance(10, 6)
        entry = ledger_list(1)[0]
        assert (entry.kind, entry.amount, entry.balance_after, entry.held_after) == ("hold", 6, 10, 6)
        assert (entry.hold_id, entry.job_id, entry.operation) == (hold.pk, JOB, "writer.section")
        assert entry.idempotency_key == "k"


def test_credits_hold_of_an_open_key_is_returned_again_and_renewed(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        first = _hold(lifetime_seconds=10, job_id=JOB)
        again = _hold(lifetime_seconds=1000)
        assert (again.pk, again.job_id) == (first.pk, JOB)
        assert again.expires_at - first.expires_at > timedelta(seconds=900)
        assert _hold(lifetime_seconds=1).expires_at == again.expires_at
        _assert_balance(10, 4)


@pytest.mark.parametrize("changed", [{"amount": 5}, {"operation": "writer.article"}])
def test_credits_hold_refuses_a_key_of_another_purchase(changed: dict, tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        _hold(4)
        wanted = {"amount": 4, "operation": "writer.section", **changed}
        with pytest.raises(CreditKeyReused):
            credits_hold(wanted.pop("amount"), idempotency_key="k", **wanted)
        _assert_balance(10, 4)


def test_credits_hold_of_a_paid_key_is_not_paid_again(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        paid = credits_capture(_hold(4).pk, amount=3)
        again = _hold(4)
        assert (again.pk, again.state, again.captured_amount) == (paid.pk, HoldState.CAPTURED, 3)
        _assert_balance(7, 0)


@pytest.mark.parametrize("end", ["released", "expired"])
def test_credits_hold_of_a_key_that_was_given_back_holds_anew(end: str, tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        first = _hold(4, lifetime_seconds=0)
        if end == "released":
            credits_release(first.pk, reason="model failed")
        else:
            assert holds_expire_here([first.pk]) == 1
        second = _hold(5)
        assert second.pk != first.pk
        _assert_balance(10, 5)


@pytest.mark.parametrize(
    ("amount", "kinds"), [(0, ["release"]), (1, ["release", "capture"]), (4, ["capture"])]
)
def test_credits_capture_charges_and_gives_back_the_rest(
    amount: int, kinds: list[str], tenant: Tenant
) -> None:
    with tenant.work():
        _grant(10)
        hold = credits_capture(_hold(4).pk, amount=amount)
        assert (hold.state, hold.captured_amount) == (HoldState.CAPTURED, amount)
        assert hold.closed_at is not None
        assert [entry.kind for entry in ledger_list(len(kinds))] == kinds
        _assert_balance(10 - amount, 0)


def test_credits_capture_twice_with_the_same_amount_changes_nothing(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        hold = _hold(4)
        credits_capture(hold.pk, amount=3)
        lines = LedgerEntry.objects.count()
        assert credits_capture(hold.pk, amount=3).captured_amount == 3
        for amount in (2, 4):
            with pytest.raises(HoldStateConflict):
                credits_capture(hold.pk, amount=amount)
        assert LedgerEntry.objects.count() == lines
        _assert_balance(7, 0)


def test_credits_capture_goes_with_the_transaction_that_stores_the_result(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        hold = _hold(4)
    with tenant.work():
        credits_capture(hold.pk, amount=4)
        transaction.set_rollback(True)  # as when the result that it pays for cannot be stored
    with tenant.work():
        assert CreditHold.objects.get(pk=hold.pk).state == HoldState.HELD
        _assert_balance(10, 4)


def test_credits_move_in_the_scope_of_one_site(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
    with tenant_transaction(context_of(tenant.member, frozenset([tenant.site.pk]))):
        credits_capture(_hold(4).pk, amount=4)
        _assert_balance(6, 0)


@pytest.mark.parametrize(("amount", "error"), [(5, CaptureExceedsHold), (-1, AmountInvalid)])
def test_credits_capture_refuses_an_amount_outside_the_hold(
    amount: int, error: type[Exception], tenant: Tenant
) -> None:
    with tenant.work():
        _grant(10)
        hold = _hold(4)
        with pytest.raises(error):
            credits_capture(hold.pk, amount=amount)
        _assert_balance(10, 4)


def test_credits_release_gives_everything_back_once(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        hold = _hold(4)
        assert credits_release(hold.pk, reason="model failed").state == HoldState.RELEASED
        assert credits_release(hold.pk, reason="again").reason == "model failed"
        with pytest.raises(HoldStateConflict, match="The hold is released and cannot"):
            credits_capture(hold.pk, amount=4)
        _assert_balance(10, 0)


def test_credits_release_after_a_capture_is_refused(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        hold = credits_capture(_hold(4).pk, amount=4)
        with pytest.raises(HoldStateConflict, match="The hold is captured and cannot become released"):
            credits_release(hold.pk, reason="late")
        _assert_balance(6, 0)


def test_hold_that_is_missing_is_not_found(tenant: Tenant) -> None:
    with tenant.work():
        with pytest.raises(NotFound):
            credits_capture(uuid4(), amount=1)
        with pytest.raises(NotFound):
            credits_release(uuid4(), reason="")


def test_holds_expire_here_leaves_what_is_in_time_renewed_or_closed(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        due, fresh, done = (_hold(1, key, lifetime_seconds=60) for key in "abc")
        credits_capture(done.pk, amount=1)
        with patch(
            "igny8_core.modules.billing.services.credits.utc_now", lambda: utc_now() + timedelta(seconds=61)
        ):
            _hold(1, "b", lifetime_seconds=60)
            assert holds_expire_here([due.pk, fresh.pk, done.pk]) == 1
            assert holds_expire_here([due.pk, fresh.pk, done.pk]) == 0
        states = dict(CreditHold.objects.values_list("idempotency_key", "state"))
        assert states == {"a": "expired", "b": "held", "c": "captured"}
        assert ledger_list(1)[0].reason == "expired"
        _assert_balance(9, 1)


def test_hold_past_its_time_can_be_captured_until_it_is_expired(tenant: Tenant) -> None:
    with tenant.work():
        _grant(10)
        late, too_late = _hold(1, "a", lifetime_seconds=0), _hold(1, "b", lifetime_seconds=0)
        credits_capture(late.pk, amount=1)
        holds_expire_here([late.pk, too_late.pk])
        assert credits_release(too_late.pk, reason="late").state == HoldState.EXPIRED
        with pytest.raises(HoldStateConflict, match="The hold is expired and cannot become captured"):
            credits_capture(too_late.pk, amount=1)
        _assert_balance(9, 0)


def test_stranger_neither_sees_nor_moves_credits(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        _grant(10)
        hold = _hold(4)
    with stranger.work():
        assert balance_get().balance == 0
        assert ledger_list() == []
        assert CreditHold.objects.count() == LedgerEntry.objects.count() == CreditAccount.objects.count() == 0
        for movement in (
            lambda: credits_capture(hold.pk, amount=1),
            lambda: credits_release(hold.pk, reason="not mine"),
        ):
            with pytest.raises(NotFound):
                movement()
        assert holds_expire_here([hold.pk]) == 0
        assert _grant(3).sequence == 1
        assert _hold(3).pk != hold.pk
    with tenant.work():
        _assert_balance(10, 4)
