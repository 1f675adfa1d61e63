"""Admins are told once for each level to which the credits fall, until some are granted."""

import pytest

from igny8_core.auth.models import Plan, Role
from igny8_core.modules.billing.services import credits_grant, credits_hold, credits_release
from igny8_core.modules.system.models import Notification
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(tenant: Tenant) -> Tenant:
    Plan.objects.filter(pk=tenant.account.plan_id).update(monthly_credits=100)
    with tenant.work():
        credits_grant(100, reason="for a test", idempotency_key="g")
    return tenant


def hold(tenant: Tenant, amount: int, key: str) -> None:
    with tenant.work():
        credits_hold(amount, operation="writer.section", idempotency_key=key)


def told(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant.work():
        rows = list(Notification.objects.order_by("id"))
    assert {row.lowest_role for row in rows} <= {Role.ADMIN}
    return [(row.kind, row.text) for row in rows]


def test_each_level_is_told_once_and_the_last_credit_by_itself(granted: Tenant) -> None:
    hold(granted, 80, "a")
    assert told(granted) == []
    hold(granted, 1, "b")
    first = ("credits_low", "Less than 20 % of a month's credits are left: 19.")
    assert told(granted) == [first]
    hold(granted, 8, "c")
    assert told(granted) == [first]
    hold(granted, 2, "d")
    second = ("credits_low", "Less than 10 % of a month's credits are left: 9.")
    assert told(granted) == [first, second]
    hold(granted, 9, "e")
    assert told(granted) == [first, second, ("credits_exhausted", "All credits are used up or set aside.")]


def test_fall_past_two_levels_tells_the_lower_one(granted: Tenant) -> None:
    hold(granted, 95, "a")
    assert told(granted) == [("credits_low", "Less than 10 % of a month's credits are left: 5.")]


def test_going_up_and_down_tells_nothing_anew_but_a_grant_does(granted: Tenant) -> None:
    for key in ("a", "b"):
        with granted.work():
            held = credits_hold(85, operation="writer.section", idempotency_key=key)
            credits_release(held.pk, reason="for a test")
    assert len(told(granted)) == 1
    with granted.work():
        credits_grant(1, reason="for a test", idempotency_key="more")
    hold(granted, 85, "c")
    assert len(told(granted)) == 2


def test_plan_without_monthly_credits_knows_the_end_alone(granted: Tenant) -> None:
    Plan.objects.filter(pk=granted.account.plan_id).update(monthly_credits=0)
    hold(granted, 99, "a")
    assert told(granted) == []
    hold(granted, 1, "b")
    assert told(granted) == [("credits_exhausted", "All credits are used up or set aside.")]
