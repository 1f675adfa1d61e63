"""Plans, the subscription's time, prices and estimates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from igny8_core.auth.models import Account, Plan, PlanStatus
from igny8_core.auth.plans import GRACE, plan_status
from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.constants import PRICES
from igny8_core.modules.billing.errors import OperationUnknown
from igny8_core.modules.billing.selectors import (
    article_price,
    estimate_get,
    operation_price,
    package_list,
    plan_list,
    price_list,
    subscription_get,
)
from igny8_core.modules.billing.services import (
    credits_grant,
    credits_hold,
    plan_reactivate,
    subscription_advance,
)
from igny8_core.modules.billing.tasks import advance_subscriptions
from igny8_core.modules.billing.types import EstimateLine
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import unchanged

BILLING = "/api/v1/billing/"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def _set(tenant: Tenant, **fields: Any) -> None:
    Account.objects.filter(pk=tenant.account.pk).update(**fields)


def _row(tenant: Tenant) -> tuple[str, datetime | None]:
    row: Any = Account.objects.values_list("plan_status", "grace_until").get(pk=tenant.account.pk)
    return tuple(row)


def _audit(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant.work():
        rows = AuditEvent.objects.filter(action__startswith="plan.").order_by("id")
        return list(rows.values_list("action", "reason"))


def test_plans_on_offer_and_the_own_one_are_listed(tenant: Tenant) -> None:
    with tenant.work():
        assert [(plan.code, plan.is_current, plan.is_offered) for plan in plan_list()] == [
            ("studio", False, True),
            ("agency", True, True),
        ]
    _set(tenant, plan=Plan.objects.get(code="trial"))
    Plan.objects.filter(code="agency").update(is_active=False)
    with tenant.work():
        assert [(plan.code, plan.is_current, plan.is_offered) for plan in plan_list()] == [
            ("trial", True, False),
            ("studio", False, True),
        ]


def test_offers_over_http(tenant: Tenant) -> None:
    data = client_of(tenant.viewer).get(f"{BILLING}plans/").json()["data"]
    assert [(plan["code"], plan["price_cents"], plan["interval"]) for plan in data["plans"]] == [
        ("studio", 4900, "month"),
        ("agency", 19_900, "month"),
    ]
    assert data["plans"][1]["limits"]["max_sites"] == 100
    assert [(one["code"], one["credits"], one["price_cents"]) for one in data["packages"]] == [
        ("credits-500", 500, 900),
        ("credits-2000", 2000, 2900),
        ("credits-10000", 10_000, 11_900),
    ]
    assert [package.credits for package in package_list()] == [500, 2000, 10_000]


def test_prices_are_those_that_are_charged(tenant: Tenant) -> None:
    assert {price.operation for price in price_list()} == set(PRICES)
    for price in price_list():
        assert operation_price(price.operation, units=price.per) == price.credits
        assert operation_price(price.operation, units=price.per + 1) == 2 * price.credits
    shown = client_of(tenant.viewer).get(f"{BILLING}prices/").json()["data"]["prices"]
    assert {"operation": "writer.section", "credits": 1, "per": 100, "unit": "words"} in shown


@pytest.mark.parametrize(("granted", "is_enough"), [(6, True), (5, False)])
def test_estimate_adds_up_and_says_whether_the_credits_are_free(
    tenant: Tenant, granted: int, is_enough: bool
) -> None:
    words = [120, 80, 300]
    with tenant.work():
        credits_grant(granted + 2, reason="r", idempotency_key="g")
        credits_hold(2, operation="writer.section", idempotency_key="h")
        estimate = estimate_get(("writer.section", units) for units in words)
    assert estimate.lines[0] == EstimateLine(operation="writer.section", units=120, credits=2)
    assert (estimate.credits, estimate.available) == (article_price(words), granted)
    assert estimate.is_enough is is_enough


def test_estimate_over_http_holds_nothing(tenant: Tenant) -> None:
    body = {"operations": [{"operation": "writer.section", "units": 101}]}
    client, viewer = client_of(tenant.member), client_of(tenant.viewer)
    with unchanged(tenant):
        data = client.post(f"{BILLING}estimate/", body).json()["data"]
        assert data == {
            "lines": [{"operation": "writer.section", "units": 101, "credits": 2}],
            "credits": 2,
            "available": 0,
            "is_enough": False,
        }
        for wrong in ({"operation": "writer.poem", "units": 1}, {"operation": "writer.section", "units": 0}):
            answer = client.post(f"{BILLING}estimate/", {"operations": [wrong]})
            assert answer.status_code == 400
        assert viewer.post(f"{BILLING}estimate/", body).status_code == 403


def test_estimate_of_an_unknown_operation_is_refused(tenant: Tenant) -> None:
    with tenant.work(), pytest.raises(OperationUnknown):
        estimate_get([("writer.poem", 1)])


def test_subscription_without_an_end(tenant: Tenant) -> None:
    with tenant.work():
        found = subscription_get()
    assert (found.plan.code, found.status, found.state) == ("agency", "active", "active")
    assert (found.paid_until, found.grace_until, found.next_credits, found.next_credits_at) == (
        None,
        None,
        0,
        None,
    )


def test_subscription_says_when_the_next_credits_come_and_what_is_over(tenant: Tenant) -> None:
    with time_machine.travel(NOON, tick=False):
        until = NOON + timedelta(days=3)
        _set(tenant, paid_until=until)
        shown = client_of(tenant.viewer).get(f"{BILLING}subscription/").json()["data"]
        assert (shown["next_credits"], shown["next_credits_at"]) == (25_000, "2026-06-04T12:00:00Z")
        _set(tenant, paid_until=NOON - timedelta(days=1))
        shown = client_of(tenant.viewer).get(f"{BILLING}subscription/").json()["data"]
    assert (shown["status"], shown["state"], shown["next_credits_at"]) == ("active", "past_due", None)
    assert shown["grace_until"] == "2026-06-07T12:00:00Z"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"plan_status": PlanStatus.TRIALING, "trial_ends_at": NOON}, "What was tried is over."),
        ({"plan_status": PlanStatus.ACTIVE, "paid_until": NOON}, "What was paid is over."),
    ],
    ids=["trial", "paid time"],
)
def test_what_is_over_goes_past_due_then_suspended(
    tenant: Tenant, fields: dict[str, Any], reason: str
) -> None:
    _set(tenant, **fields)

    def at(moment: datetime) -> tuple[str, datetime | None]:
        with time_machine.travel(moment, tick=False):
            for _ in range(2):
                with tenant.work():
                    counts = subscription_advance()
                row = _row(tenant)
                assert row[0] == counts == plan_status(Account.objects.get(pk=tenant.account.pk))
            return row

    second = timedelta(seconds=1)
    assert at(NOON - second) == (fields["plan_status"], None)
    assert at(NOON) == ("past_due", NOON + GRACE)
    assert at(NOON + GRACE - second) == ("past_due", NOON + GRACE)
    assert at(NOON + GRACE) == ("suspended", NOON + GRACE)
    assert _audit(tenant) == [("plan.past_due", reason), ("plan.suspended", "The grace is over.")]


def test_account_that_nobody_looked_at_is_suspended_at_once(tenant: Tenant) -> None:
    _set(tenant, plan_status=PlanStatus.TRIALING, trial_ends_at=utc_now() - GRACE - timedelta(days=1))
    with tenant.work():
        assert subscription_advance() is PlanStatus.SUSPENDED
    assert [action for action, _ in _audit(tenant)] == ["plan.suspended"]


@pytest.mark.django_db(transaction=True)
def test_job_moves_every_account_that_is_over_and_no_other(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(tenant, plan_status=PlanStatus.TRIALING, trial_ends_at=utc_now() - timedelta(days=1))
    _set(stranger, plan_status=PlanStatus.TRIALING, trial_ends_at=utc_now() + timedelta(days=1))
    assert advance_subscriptions() == 1
    assert (_row(tenant)[0], _row(stranger)[0]) == ("past_due", "trialing")
    assert advance_subscriptions() == 0


@pytest.mark.parametrize("paid", ["never", "over", "running"])
def test_reactivation_lasts(tenant: Tenant, paid: str) -> None:
    until = {"never": None, "over": NOON - timedelta(days=30), "running": NOON + timedelta(days=1)}[paid]
    _set(tenant, plan_status=PlanStatus.SUSPENDED, paid_until=until, grace_until=NOON - timedelta(days=20))
    with time_machine.travel(NOON, tick=False), tenant.work():
        assert plan_reactivate(reason="paid").state == "active"
    account = Account.objects.get(pk=tenant.account.pk)
    assert account.paid_until == (until if paid == "running" else None)


@pytest.mark.parametrize("path", ["plans/", "subscription/", "prices/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_offers_cannot_be_written(tenant: Tenant, path: str, method: str) -> None:
    client = client_of(tenant.owner)
    with unchanged(tenant):
        assert getattr(client, method)(BILLING + path, {}).status_code == 405
    assert client_of(None).get(BILLING + path).status_code == 401
