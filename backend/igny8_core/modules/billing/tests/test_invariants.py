"""Random lives of an account beside a model of ten lines: the two never differ, and no sum is ever wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError
from igny8_core.modules.billing.models import CreditHold
from igny8_core.modules.billing.selectors import balance_check, balance_get
from igny8_core.modules.billing.services import (
    credits_adjust,
    credits_capture,
    credits_grant,
    credits_hold,
    credits_release,
    holds_expire_here,
)
from igny8_core.modules.billing.types import Balance
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

AMOUNTS = st.integers(-2, 12)
KEYS = st.sampled_from("abcd")
STEPS = st.one_of(
    st.tuples(st.just("grant"), KEYS, AMOUNTS),
    st.tuples(st.just("adjust"), KEYS, AMOUNTS),
    st.tuples(st.just("hold"), KEYS, AMOUNTS),
    st.tuples(st.just("capture"), KEYS, AMOUNTS),
    st.tuples(st.just("release"), KEYS, st.just(0)),
    st.tuples(st.just("expire"), KEYS, st.just(0)),
)


@dataclass
class Model:
    """What should be true: the balance, and the newest hold of each key as [state, amount, captured]."""

    balance: int = 0
    booked: dict[str, tuple[str, int]] = field(default_factory=dict)
    holds: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def held(self) -> int:
        return sum(amount for state, amount, _ in self.holds.values() if state == "held")

    def may(self, step: str, key: str, amount: int) -> bool:
        """Apply a step if it is allowed; whether it was."""
        return getattr(self, f"_{step}")(key, amount)

    def _book(self, kind: str, key: str, amount: int) -> bool:
        if key in self.booked:
            return self.booked[key] == (kind, amount)
        if self.balance + amount < self.held:
            return False
        self.booked[key] = (kind, amount)
        self.balance += amount
        return True

    def _grant(self, key: str, amount: int) -> bool:
        return amount >= 1 and self._book("grant", key, amount)

    def _adjust(self, key: str, amount: int) -> bool:
        return amount != 0 and self._book("adjust", key, amount)

    def _hold(self, key: str, amount: int) -> bool:
        if amount < 1:
            return False
        state, known, _ = self.holds.get(key, ("released", 0, 0))
        if state in ("held", "captured"):
            return known == amount
        if self.balance - self.held < amount:
            return False
        self.holds[key] = ["held", amount, 0]
        return True

    def _capture(self, key: str, amount: int) -> bool:
        if key not in self.holds or amount < 0:
            return False
        state, held, captured = self.holds[key]
        if state != "held":
            return state == "captured" and captured == amount
        if amount > held:
            return False
        self.holds[key] = ["captured", held, amount]
        self.balance -= amount
        return True

    def _release(self, key: str, _amount: int) -> bool:
        if key not in self.holds or self.holds[key][0] == "captured":
            return False
        self.holds[key][0] = "expired" if self.holds[key][0] == "expired" else "released"
        return True

    def _expire(self, key: str, _amount: int) -> bool:
        if key in self.holds and self.holds[key][0] == "held":
            self.holds[key][0] = "expired"
        return True


def _newest(key: str) -> CreditHold | None:
    return CreditHold.objects.filter(idempotency_key=key).order_by("-id").first()


def _act(step: str, key: str, amount: int) -> None:
    if step in ("grant", "adjust"):
        book = credits_grant if step == "grant" else credits_adjust
        book(amount, reason="for a test", idempotency_key=key)
        return
    if step == "hold":
        credits_hold(amount, operation="writer.section", idempotency_key=key)
        return
    hold = _newest(key)
    if step == "expire":
        with patch(
            "igny8_core.modules.billing.services.credits.utc_now", lambda: utc_now() + timedelta(hours=2)
        ):
            holds_expire_here([hold.pk] if hold else [])
        return
    hold_id = hold.pk if hold else CreditHold().pk
    if step == "capture":
        credits_capture(hold_id, amount=amount)
    else:
        credits_release(hold_id, reason="for a test")


def _accepted(step: str, key: str, amount: int) -> bool:
    try:
        with transaction.atomic():
            _act(step, key, amount)
    except DomainError:
        return False
    return True


@pytest.fixture
def other(stranger: Tenant) -> Iterator[Tenant]:
    """A stranger with five credits, who has them afterwards."""
    with stranger.work():
        credits_grant(5, reason="for a test", idempotency_key="a")
    yield stranger
    with stranger.work():
        assert balance_get() == Balance(balance=5, held=0, available=5)
        assert balance_check().entries == 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(steps=st.lists(STEPS, max_size=20))
def test_random_movements_keep_every_sum(
    steps: list[tuple[str, str, int]], tenant: Tenant, other: Tenant
) -> None:
    model = Model()
    with transaction.atomic(), tenant.work():
        for step, key, amount in steps:
            assert _accepted(step, key, amount) == model.may(step, key, amount), (step, key, amount)
            assert balance_get() == Balance(
                balance=model.balance, held=model.held, available=model.balance - model.held
            )
        states = {
            hold.idempotency_key: [hold.state, hold.amount, hold.captured_amount]
            for hold in CreditHold.objects.order_by("id")
        }
        assert states == model.holds
        assert balance_check().is_exact
        transaction.set_rollback(True)
