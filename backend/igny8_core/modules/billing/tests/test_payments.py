"""Payments by transfer: what is bought is given once, whoever approves it however often, and nobody else can."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Account, BillingInterval, Plan, PlanStatus, Role, StaffRole
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.billing import services
from igny8_core.modules.billing.errors import ItemUnknown, PaymentStateConflict
from igny8_core.modules.billing.models import CreditPackage, LedgerEntry, Payment
from igny8_core.modules.billing.selectors import balance_check, balance_get, payment_page
from igny8_core.modules.billing.services.subscriptions import period_end
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, staff_make, user_make
from igny8_core.testing.isolation import key_client, unchanged

pytestmark = pytest.mark.django_db

PAYMENTS = "/api/v1/billing/payments/"
PACKAGE = {"kind": "credit_package", "code": "credits-2000"}
STUDIO = {"kind": "plan", "code": "studio"}


def _requested(tenant: Tenant, what: dict[str, str] = PACKAGE) -> Payment:
    with tenant.work():
        return services.payment_request(**what)


def _inside(tenant: Tenant) -> dict[str, str]:
    return {"X-Account-ID": str(tenant.account.pk)}


def _account(tenant: Tenant) -> Account:
    return Account.objects.select_related("plan").get(pk=tenant.account.pk)


def test_request_says_what_to_transfer_and_where(tenant: Tenant, settings: Any) -> None:
    settings.PAYMENT_INSTRUCTIONS = "Bank 1, account 2"
    answer = client_of(tenant.owner).post(PAYMENTS, {**PACKAGE, "note": "for June"})
    assert answer.status_code == 201, answer.content
    shown = answer.json()["data"]
    assert len(shown["reference"]) == 12
    assert {name: shown[name] for name in ("state", "item_name", "credits", "amount_cents", "currency")} == {
        "state": "pending",
        "item_name": "2,000 credits",
        "credits": 2000,
        "amount_cents": 2900,
        "currency": "USD",
    }
    assert (shown["pay_to"], shown["note"]) == ("Bank 1, account 2", "for June")
    assert shown["requested_by"] == str(tenant.owner.pk)
    with tenant.work():
        assert balance_get().balance == 0, "nothing is given before the money came"
        assert AuditEvent.objects.get(action="payment.requested").object_id == shown["id"]


def test_asking_twice_is_one_payment_until_it_is_decided(tenant: Tenant) -> None:
    first = _requested(tenant)
    assert _requested(tenant).pk == first.pk
    assert _requested(tenant, STUDIO).pk != first.pk
    with tenant.work():
        services.payment_cancel(first.pk)
    assert _requested(tenant).pk != first.pk


@pytest.mark.parametrize(
    "what",
    [
        {"kind": "plan", "code": "trial"},
        {"kind": "plan", "code": "system"},
        {"kind": "plan", "code": "credits-2000"},
        {"kind": "credit_package", "code": "studio"},
    ],
)
def test_what_is_not_on_offer_cannot_be_bought(tenant: Tenant, what: dict[str, str]) -> None:
    client = client_of(tenant.owner)
    with unchanged(tenant):
        answer = client.post(PAYMENTS, what)
    assert (answer.status_code, answer.json()["code"]) == (422, "item_unknown")


def test_package_that_is_withdrawn_cannot_be_bought(tenant: Tenant) -> None:
    CreditPackage.objects.filter(code="credits-2000").update(is_active=False)
    with pytest.raises(ItemUnknown):
        _requested(tenant)


def test_approval_grants_the_credits_once(tenant: Tenant) -> None:
    payment, staff = _requested(tenant), client_of(staff_make(StaffRole.ADMIN))
    CreditPackage.objects.filter(code="credits-2000").update(credits=1)  # what was offered stays what it was
    for _ in range(2):
        answer = staff.post(f"{PAYMENTS}{payment.pk}/approve/", {"reason": "bank 7"}, headers=_inside(tenant))
        assert answer.status_code == 200, answer.content
        assert answer.json()["data"]["state"] == "approved"
    with tenant.work():
        line = LedgerEntry.objects.get()
        assert (line.kind, line.amount, line.idempotency_key) == ("grant", 2000, f"payment:{payment.pk}")
        assert balance_get().balance == 2000
        assert balance_check().is_exact
        assert AuditEvent.objects.filter(action="payment.approved", reason="bank 7").count() == 1


@pytest.mark.django_db(transaction=True)
def test_approvals_at_once_grant_once(tenant: Tenant) -> None:
    payments = [_requested(tenant), _requested(tenant, STUDIO)]
    start = threading.Barrier(8)

    def approve(number: int) -> str:
        try:
            start.wait(timeout=30)
            with tenant_transaction(tenant.context):
                return services.payment_approve(payments[number % 2].pk, reason="paid").state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(approve, range(8))) == {"approved"}
    with tenant.work():
        assert LedgerEntry.objects.filter(kind="grant").count() == 2
        assert balance_get().balance == 2000 + 5000
        assert balance_check().is_exact
        assert AuditEvent.objects.filter(action="plan.paid").count() == 1


def test_approval_of_a_plan_changes_it_for_one_interval(tenant: Tenant) -> None:
    Account.objects.filter(pk=tenant.account.pk).update(
        plan_status=PlanStatus.PAST_DUE, grace_until=utc_now() + timedelta(days=1)
    )
    payment, before = _requested(tenant, STUDIO), utc_now()
    with tenant.work():
        services.payment_approve(payment.pk, reason="paid")
    account = _account(tenant)
    assert (account.plan.code, account.plan_status, account.grace_until) == ("studio", "active", None)
    assert account.paid_until is not None
    assert before + timedelta(days=27) < account.paid_until < utc_now() + timedelta(days=32)
    with tenant.work():
        assert balance_get().balance == 5000
        assert AuditEvent.objects.get(action="plan.paid").detail["from"] == "agency"


def test_renewal_goes_on_where_the_paid_time_ends(tenant: Tenant) -> None:
    until = datetime(2030, 1, 31, 12, tzinfo=UTC)
    studio = Plan.objects.get(code="studio")
    Account.objects.filter(pk=tenant.account.pk).update(plan=studio, paid_until=until)
    payment = _requested(tenant, STUDIO)
    with tenant.work():
        services.payment_approve(payment.pk, reason="paid")
    assert _account(tenant).paid_until == datetime(2030, 2, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "interval", "end"),
    [
        ((2026, 1, 31), BillingInterval.MONTH, (2026, 2, 28)),
        ((2026, 12, 5), BillingInterval.MONTH, (2027, 1, 5)),
        ((2026, 11, 30), BillingInterval.MONTH, (2026, 12, 30)),
        ((2024, 2, 29), BillingInterval.YEAR, (2025, 2, 28)),
    ],
)
def test_interval_ends_on_the_same_day_where_there_is_one(
    begin: tuple[int, int, int], interval: BillingInterval, end: tuple[int, int, int]
) -> None:
    assert period_end(datetime(*begin, tzinfo=UTC), interval) == datetime(*end, tzinfo=UTC)


def test_yearly_plan_brings_the_credits_of_all_its_months(tenant: Tenant) -> None:
    Plan.objects.filter(code="studio").update(interval=BillingInterval.YEAR)
    assert _requested(tenant, STUDIO).credits == 60_000


@pytest.mark.parametrize("first", ["approve", "reject", "cancel"])
def test_decided_payment_is_decided_no_other_way(tenant: Tenant, first: str) -> None:
    ways = {
        "approve": lambda: services.payment_approve(payment.pk, reason="r"),
        "reject": lambda: services.payment_reject(payment.pk, reason="r"),
        "cancel": lambda: services.payment_cancel(payment.pk),
    }
    payment = _requested(tenant)
    with tenant.work():
        decided = ways[first]()
        assert ways[first]().decided_at == decided.decided_at
        for name in ways.keys() - {first}:
            with pytest.raises(PaymentStateConflict):
                ways[name]()
        assert balance_get().balance == (2000 if first == "approve" else 0)


def test_rejection_says_why_and_gives_nothing(tenant: Tenant) -> None:
    payment = _requested(tenant)
    staff = staff_make(StaffRole.ADMIN)
    answer = client_of(staff).post(
        f"{PAYMENTS}{payment.pk}/reject/", {"reason": "no money"}, headers=_inside(tenant)
    )
    assert (answer.json()["data"]["state"], answer.json()["data"]["reason"]) == ("rejected", "no money")
    with tenant.work():
        assert Payment.objects.get().decided_by == staff.pk
        assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("what", ["approve", "reject"])
def test_nobody_but_admins_of_the_staff_decides(tenant: Tenant, stranger: Tenant, what: str) -> None:
    payment = _requested(tenant)
    path, body = f"{PAYMENTS}{payment.pk}/{what}/", {"reason": "r"}
    refusals = [
        (client_of(tenant.owner), {}, 403, "staff_only"),
        (client_of(stranger.owner), _inside(tenant), 403, "staff_only"),
        (client_of(staff_make(StaffRole.DEVELOPER)), _inside(tenant), 403, "staff_reads_only"),
        (client_of(staff_make(StaffRole.ADMIN)), _inside(stranger), 404, "not_found"),
        (client_of(None), {}, 401, "not_authenticated"),
    ]
    with unchanged(tenant, stranger):
        for client, headers, status, code in refusals:
            answer = client.post(path, body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_asking_is_for_admins_of_the_whole_account_in_person(tenant: Tenant) -> None:
    client = client_of(user_make(tenant.account, role=Role.ADMIN))
    refusals = [
        (client_of(tenant.member), "role_too_low"),
        (key_client(tenant.owner, site=tenant.site), "site_scope_too_narrow"),
        (key_client(tenant.owner), "people_only"),
    ]
    with unchanged(tenant):
        for caller, code in refusals:
            answer = caller.post(PAYMENTS, PACKAGE)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert client.post(PAYMENTS, PACKAGE).status_code == 201
    assert client.post(PAYMENTS, {**PACKAGE, "credits": 9}).status_code == 400


def test_payment_of_another_account_is_missing(tenant: Tenant, stranger: Tenant) -> None:
    payment = _requested(stranger)
    with tenant.work():
        for row_id in (payment.pk, uuid4()):
            with pytest.raises(NotFound):
                services.payment_cancel(row_id)
        assert payment_page().total == 0


def test_page_of_payments_is_newest_first(tenant: Tenant) -> None:
    payments = [_requested(tenant), _requested(tenant, STUDIO)]
    with tenant.work():
        services.payment_cancel(payments[0].pk)
        assert [row.id for row in payment_page().rows] == [payments[1].pk, payments[0].pk]
        assert [row.item_code for row in payment_page(state="cancelled").rows] == ["credits-2000"]
        assert payment_page().rows[0].reference == payments[1].reference


def test_list_costs_the_same_with_one_and_with_twenty_rows(tenant: Tenant) -> None:
    client, counts = client_of(tenant.owner), []
    for rows in (1, 20):
        for _ in range(rows):
            payment = _requested(tenant)
            with tenant.work():
                services.payment_cancel(payment.pk)
        client.get(PAYMENTS)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAYMENTS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
