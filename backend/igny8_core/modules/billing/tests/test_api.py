"""What an account is shown of its credits, and what nobody else is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Account, PlanStatus
from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.models import CreditHold, LedgerEntry
from igny8_core.modules.billing.services import credits_capture, credits_grant, credits_hold
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

BILLING = "/api/v1/billing/"
PATHS = ["balance/", "plan/", "ledger/", "holds/"]


@pytest.fixture
def paid(tenant: Tenant) -> CreditHold:
    """Ten credits, three of them spent, two held."""
    with tenant.work():
        credits_grant(10, reason="for a test", idempotency_key="g")
        hold = credits_hold(4, operation="writer.section", idempotency_key="a")
        credits_hold(2, operation="writer.article", idempotency_key="b")
        return credits_capture(hold.pk, amount=3)


def test_balance_is_shown_to_every_member(tenant: Tenant, paid: CreditHold) -> None:
    for user in (tenant.owner, tenant.member, tenant.viewer):
        body = client_of(user).get(f"{BILLING}balance/").json()
        assert body["data"] == {"balance": 7, "held": 2, "available": 5}


def test_plan_shows_limits_and_the_state_that_counts_now(tenant: Tenant) -> None:
    over = utc_now() - timedelta(seconds=1)
    Account.objects.filter(pk=tenant.account.pk).update(
        plan_status=PlanStatus.TRIALING, trial_ends_at=utc_now() + timedelta(days=1)
    )
    shown = client_of(tenant.viewer).get(f"{BILLING}plan/").json()["data"]
    assert shown.pop("trial_ends_at") is not None
    assert shown == {
        "code": "agency",
        "name": "Agency",
        "state": "trialing",
        "grace_until": None,
        "may_write": True,
        "may_run_jobs": True,
        "limits": {
            "monthly_credits": 25_000,
            "max_sites": 100,
            "max_users": 100,
            "max_keywords": 2_000_000,
        },
    }
    Account.objects.filter(pk=tenant.account.pk).update(plan_status=PlanStatus.CANCELLED, trial_ends_at=over)
    shown = client_of(tenant.viewer).get(f"{BILLING}plan/").json()["data"]
    assert (shown["state"], shown["may_write"], shown["may_run_jobs"]) == ("cancelled", False, False)


def test_ledger_lists_every_movement_newest_first(tenant: Tenant, paid: CreditHold) -> None:
    lines = client_of(tenant.owner).get(f"{BILLING}ledger/").json()["results"]
    told = [(line["sequence"], line["kind"], line["amount"], line["balance_after"]) for line in lines]
    assert told == [
        (5, "release", 1, 7),
        (4, "capture", 3, 7),
        (3, "hold", 2, 10),
        (2, "hold", 4, 10),
        (1, "grant", 10, 10),
    ]
    assert lines[0]["hold"] == lines[1]["hold"] == str(paid.pk)
    one = client_of(tenant.owner).get(f"{BILLING}ledger/{lines[0]['id']}/").json()["data"]
    assert one == lines[0]


@pytest.mark.parametrize(
    ("query", "sequences"),
    [
        ("kind=hold", [3, 2]),
        ("operation=writer.section", [5, 4, 2]),
        ("ordering=sequence&kind=grant", [1]),
        ("until=2000-01-01T00:00:00Z", []),
        ("since=2000-01-01T00:00:00Z&kind=capture", [4]),
        ("job_id=00000000-0000-0000-0000-000000000000", []),
    ],
)
def test_ledger_is_narrowed(query: str, sequences: list[int], tenant: Tenant, paid: CreditHold) -> None:
    lines = client_of(tenant.owner).get(f"{BILLING}ledger/?{query}").json()["results"]
    assert [line["sequence"] for line in lines] == sequences


@pytest.mark.parametrize("query", ["kind=gift", "since=yesterday", "account=1", "hold__amount=4"])
def test_ledger_refuses_what_it_does_not_know(query: str, tenant: Tenant) -> None:
    response = client_of(tenant.owner).get(f"{BILLING}ledger/?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")


def test_holds_are_listed_with_what_became_of_them(tenant: Tenant, paid: CreditHold) -> None:
    client = client_of(tenant.owner)
    rows = client.get(f"{BILLING}holds/").json()["results"]
    assert [(row["state"], row["amount"], row["captured_amount"]) for row in rows] == [
        ("held", 2, 0),
        ("captured", 4, 3),
    ]
    only = client.get(f"{BILLING}holds/?state=captured").json()
    assert [row["id"] for row in only["results"]] == [str(paid.pk)]
    assert client.get(f"{BILLING}holds/{paid.pk}/").json()["data"] == only["results"][0]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(path: str, method: str, tenant: Tenant, paid: CreditHold) -> None:
    response = getattr(client_of(tenant.owner), method)(BILLING + path, {}, format="json")
    assert response.status_code == 405
    with tenant.work():
        assert (LedgerEntry.objects.count(), CreditHold.objects.count()) == (5, 2)


@pytest.mark.parametrize("path", PATHS)
def test_anonymous_is_refused(path: str, tenant: Tenant) -> None:
    response = client_of(None).get(BILLING + path)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("path", ["ledger/", "holds/"])
def test_ledger_and_holds_are_for_admins(path: str, tenant: Tenant, paid: CreditHold) -> None:
    for user in (tenant.member, tenant.viewer):
        response = client_of(user).get(BILLING + path)
        assert (response.status_code, response.json()["code"]) == (403, "role_too_low")


def test_stranger_sees_nothing(tenant: Tenant, stranger: Tenant, paid: CreditHold) -> None:
    client = client_of(stranger.owner)
    assert client.get(f"{BILLING}balance/").json()["data"]["balance"] == 0
    assert client.get(f"{BILLING}ledger/").json()["count"] == 0
    assert client.get(f"{BILLING}holds/").json()["count"] == 0
    foreign = client.get(f"{BILLING}holds/{paid.pk}/")
    missing = client.get(f"{BILLING}holds/{stranger.site.pk}/")
    assert foreign.status_code == missing.status_code == 404
    assert without_request_id(foreign) == without_request_id(missing)


@pytest.mark.parametrize("path", ["ledger/", "holds/"])
def test_list_costs_the_same_with_one_and_with_twenty_rows(path: str, tenant: Tenant) -> None:
    client, counts = client_of(tenant.owner), []
    for rows in (1, 20):
        with tenant.work():
            credits_grant(100, reason="for a test", idempotency_key=f"g{rows}")
            for number in range(rows):
                credits_hold(1, operation="writer.section", idempotency_key=f"{rows}-{number}")
        client.get(BILLING + path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(BILLING + path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
