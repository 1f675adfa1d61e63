"""Many buyers at once: real threads, real commits, and a balance that is never spent twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from igny8_core.common.errors import DomainError
from igny8_core.modules.billing.errors import InsufficientCredits
from igny8_core.modules.billing.models import CreditAccount, CreditHold, LedgerEntry
from igny8_core.modules.billing.selectors import balance_check, balance_get
from igny8_core.modules.billing.services import (
    credits_capture,
    credits_grant,
    credits_hold,
    credits_release,
    holds_expire_here,
)
from igny8_core.modules.billing.types import Balance
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


def _at_once(tenant: Tenant, work: Callable[[int], object]) -> list[object]:
    start = threading.Barrier(THREADS)

    def one(number: int) -> object:
        try:
            start.wait(timeout=30)
            with tenant_transaction(tenant.context):
                return work(number)
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def _grant(tenant: Tenant, amount: int) -> None:
    with tenant.work():
        credits_grant(amount, reason="for a test", idempotency_key="g")


def _hold(key: object, amount: int = 2) -> CreditHold:
    return credits_hold(amount, operation="writer.section", idempotency_key=str(key))


def test_parallel_holds_never_overspend(tenant: Tenant) -> None:
    _grant(tenant, 7)
    answers = _at_once(tenant, _hold)
    held = [answer for answer in answers if isinstance(answer, CreditHold)]
    refused = [answer for answer in answers if isinstance(answer, InsufficientCredits)]
    assert (len(held), len(refused)) == (3, THREADS - 3)
    assert {(error.needed, error.available) for error in refused} == {(2, 1)}
    with tenant.work():
        assert balance_get() == Balance(balance=7, held=6, available=1)
        assert balance_check().is_exact


def test_parallel_holds_of_one_key_are_one_hold(tenant: Tenant) -> None:
    _grant(tenant, 7)
    answers = _at_once(tenant, lambda _number: _hold("same").pk)
    assert len(set(answers)) == 1
    with tenant.work():
        assert balance_get().held == 2
        assert LedgerEntry.objects.count() == 2


def test_parallel_first_grants_make_one_balance_row(tenant: Tenant) -> None:
    answers = _at_once(
        tenant,
        lambda number: credits_grant(5, reason="for a test", idempotency_key=str(number % 2)).pk,
    )
    assert len(set(answers)) == 2
    with tenant.work():
        assert CreditAccount.objects.count() == 1
        assert balance_get().balance == 10
        assert balance_check().is_exact


def test_capture_release_and_expiry_race_to_one_outcome(tenant: Tenant) -> None:
    _grant(tenant, 20)
    with tenant.work():
        hold = credits_hold(4, operation="writer.section", idempotency_key="k", lifetime_seconds=-1)
    ends: list[Callable[[], object]] = [
        lambda: credits_capture(hold.pk, amount=3),
        lambda: credits_release(hold.pk, reason="failed"),
        lambda: holds_expire_here([hold.pk]),
    ]
    _at_once(tenant, lambda number: ends[number % 3]())
    with tenant.work():
        state, captured = CreditHold.objects.values_list("state", "captured_amount").get(pk=hold.pk)
        assert (captured == 3) == (state == "captured")
        assert balance_get() == Balance(balance=20 - captured, held=0, available=20 - captured)
        assert LedgerEntry.objects.filter(kind="release").count() == 1
        assert balance_check().is_exact
