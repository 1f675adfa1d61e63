"""Usage and billing in the console."""

import re
from typing import Any

import pytest

from igny8_core.auth.models import Account, PlanStatus, StaffRole
from igny8_core.common.clock import utc_now
from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.modules.billing.models import Payment
from igny8_core.modules.billing.services import (
    credits_capture,
    credits_grant,
    credits_hold,
    payment_cancel,
    payment_reject,
    payment_request,
)
from igny8_core.modules.system.models import Notification
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make, staff_make
from igny8_core.testing.isolation import limited_user, unchanged

pytestmark = pytest.mark.django_db

BILLING, STATEMENT = "/billing/", "/billing/statement/"
LEDGER, PAYMENTS, REQUEST = "/billing/ledger/", "/billing/payments/", "/billing/payments/request/"
PACKAGE = {"kind": "credit_package", "code": "credits-2000"}


def _spend(tenant: Tenant, *amounts: int) -> None:
    with tenant.work():
        credits_grant(1000, reason="a gift", idempotency_key=f"g{amounts}")
        for number, amount in enumerate(amounts):
            key = f"{amounts}-{number}"
            hold = credits_hold(
                amount, operation="writer.section", idempotency_key=key, site_id=tenant.site.pk
            )
            credits_capture(hold.pk, amount=amount)


def _cells(body: str) -> list[str]:
    """The texts of a page's cells, in order."""
    found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", body, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in found]


def test_overview_shows_plan_credits_use_offers_and_prices(tenant: Tenant) -> None:
    _spend(tenant, 40)
    body = page_text(browser_of(tenant.owner), BILLING)
    for text in (
        "Agency",
        "960",
        "1 of 100",
        "3 of 100",
        "40 of 25k",
        "USD 49.00",
        "USD 29.00",
        "writer.section",
    ):
        assert text in body, text
    assert "Pay for the next time" in body
    assert "disabled" not in body
    assert body.count('aria-current="page"') == 2  # the navigation's entry and the tab


@pytest.mark.parametrize("who", ["member", "viewer", "limited"])
def test_others_see_plan_and_credits_alone_and_why_they_cannot_buy(tenant: Tenant, who: str) -> None:
    people = {"member": tenant.member, "viewer": tenant.viewer, "limited": limited_user(tenant, tenant.site)}
    client = browser_of(people[who])
    body = page_text(client, BILLING)
    assert "Use of the plan" not in body
    assert "Admins who see every site can buy." in body
    assert body.count("disabled aria-describedby") == 5
    for address in (STATEMENT, LEDGER, PAYMENTS):
        assert client.get(address).status_code == 403
        assert f'href="{address}"' not in body
    with unchanged(tenant):
        assert client.post(REQUEST, PACKAGE).status_code in (302, 403)
    with tenant.work():
        assert not Payment.objects.exists()


def test_plan_that_is_over_says_until_when_it_works(tenant: Tenant) -> None:
    Account.objects.filter(pk=tenant.account.pk).update(
        plan_status=PlanStatus.TRIALING, trial_ends_at=utc_now()
    )
    body = page_text(browser_of(tenant.owner), BILLING)
    assert "The time of your plan is over. Everything stops on" in body
    assert "Past due" in body


def test_package_is_bought_and_the_payment_says_what_to_do(tenant: Tenant, settings: Any) -> None:
    settings.PAYMENT_INSTRUCTIONS = "Bank <1>, account 2"
    client = browser_of(tenant.owner)
    assert "Nothing bought yet" in page_text(client, PAYMENTS)
    answer = client.post(REQUEST, PACKAGE)
    with tenant.work():
        row = Payment.objects.get()
    assert said(answer, client) == (
        f"2,000 credits is yours when your transfer has come; name {row.reference} in it."
    )
    body = page_text(client, PAYMENTS)
    for text in (row.reference, "USD 29.00", "Pending", "Bank &lt;1&gt;, account 2"):
        assert text in body, text
    answer = client.post(f"{PAYMENTS}{row.pk}/cancel/")
    assert said(answer, client) == f"The payment {row.reference} is taken back."
    again = client.post(f"{PAYMENTS}{row.pk}/cancel/")
    assert "taken back" in said(again, client)
    assert "Take back" not in page_text(client, PAYMENTS)


def test_rejected_payment_says_why(tenant: Tenant) -> None:
    with tenant.work():
        payment_reject(payment_request(**PACKAGE).pk, reason="no money <came>")
    body = page_text(browser_of(tenant.owner), PAYMENTS)
    assert "no money &lt;came&gt;" in body
    assert "Nothing matches" in page_text(browser_of(tenant.owner), f"{PAYMENTS}?state=approved")


@pytest.mark.parametrize("what", [{"kind": "gift", "code": "x"}, {"kind": "plan", "code": "system"}, {}])
def test_what_is_not_on_offer_is_refused_in_words(tenant: Tenant, what: dict[str, str]) -> None:
    client = browser_of(tenant.owner)
    with unchanged(tenant):
        answer = client.post(REQUEST, what)
    assert said(answer, client) == "There is no such plan or credit package on offer."


def test_payment_of_another_account_is_not_there(tenant: Tenant, stranger: Tenant) -> None:
    with stranger.work():
        row = payment_request(**PACKAGE)
    client = browser_of(tenant.owner)
    with unchanged(stranger):
        assert client.post(f"{PAYMENTS}{row.pk}/cancel/").status_code == 404
    assert row.reference not in page_text(client, PAYMENTS)


def test_statement_adds_up_by_what_is_chosen(tenant: Tenant, stranger: Tenant) -> None:
    _spend(tenant, 40, 2)
    _spend(stranger, 7)
    client = browser_of(tenant.owner)
    cells = _cells(page_text(client, STATEMENT))
    assert cells[7:14] == [tenant.site.domain, "42", "", "42", "0", "0", "0"]
    assert cells[14:21] == ["For no site", "0", "", "0", "0", "1,000", "0"]
    assert cells[21:] == ["In all", "42", "", "42", "0", "1,000", "0"]
    assert tenant.owner.email in page_text(client, f"{STATEMENT}?group_by=user")
    by_day = page_text(client, f"{STATEMENT}?group_by=day", **{"HX-Request": "true"})
    assert 'class="bars"' in by_day
    assert "group_by=day" in by_day
    assert "Nothing moved in this time" in page_text(client, f"{STATEMENT}?since=2020-01-01&until=2020-01-02")
    wrong = page_text(client, f"{STATEMENT}?since=2020-01-02&until=2020-01-01&group_by=nonsense")
    assert "This day is before the first one." in wrong


def test_exports_lead_where_the_page_looks(tenant: Tenant) -> None:
    _spend(tenant, 40)
    client = browser_of(tenant.owner)
    body = page_text(client, f"{STATEMENT}?group_by=operation&since=2020-01-01")
    address = re.search(r'href="(/api/v1/billing/statement/export/[^"]*)"', body)
    assert address is not None
    answer = client.get(address.group(1).replace("&amp;", "&"))
    assert answer.status_code == 200
    assert "writer.section,writer.section,0,0,40,40,0" in answer.content.decode()


def test_ledger_is_narrowed(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    assert "No credits have moved yet" in page_text(client, LEDGER)
    _spend(tenant, 40)
    body = page_text(client, LEDGER)
    for text in ("a gift", tenant.site.domain, tenant.owner.email, "Grant", "Capture", "960"):
        assert text in body, text
    assert "a gift" not in page_text(client, f"{LEDGER}?kind=hold")
    assert "Nothing matches" in page_text(client, f"{LEDGER}?kind=adjustment")


def test_nobody_signs_in_first_and_staff_see_their_own(tenant: Tenant) -> None:
    for address in (BILLING, STATEMENT, LEDGER, PAYMENTS):
        assert browser_of(None).get(address)["Location"].startswith("/sign-in/")
    _spend(tenant, 40)
    assert tenant.site.domain not in page_text(browser_of(staff_make(StaffRole.ADMIN)), LEDGER)


def test_home_shows_the_credits_of_its_site(tenant: Tenant) -> None:
    other = site_make(tenant)
    _spend(tenant, 40)
    client, today = browser_of(tenant.owner), utc_now().date().isoformat()
    assert f"{today}: 40" in page_text(client, f"/sites/{tenant.site.pk}/")
    assert f"{today}: 40" not in page_text(client, f"/sites/{other.pk}/")


@pytest.mark.parametrize("page", [BILLING, STATEMENT, f"{STATEMENT}?group_by=user", LEDGER, PAYMENTS])
def test_pages_cost_the_same_with_one_row_and_fifty(tenant: Tenant, page: str) -> None:
    numbers = iter(range(100))

    def fill(count: int) -> None:
        for _ in range(count):
            _spend(tenant, next(numbers) + 1)
            with tenant.work():
                payment_cancel(payment_request(**PACKAGE).pk)

    few, many = queries_with_1_and_50(browser_of(tenant.owner), page, fill)
    assert few == many


def test_warning_of_low_credits_leads_to_billing(tenant: Tenant) -> None:
    with tenant.work():
        credits_grant(10, reason="a gift", idempotency_key="g")
        credits_hold(10, operation="writer.section", idempotency_key="all")
        told = Notification.objects.get()
    answer = browser_of(tenant.owner).post(f"/notifications/{told.pk}/")
    assert answer["Location"] == BILLING
