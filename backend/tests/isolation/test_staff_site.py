"""The staff's site: nobody else finds it, each look is on record, each act is one service inside the account."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from igny8_core.auth.models import Account, Plan, Role, StaffRole, User
from igny8_core.common.ids import SYSTEM_ACCOUNT_ID
from igny8_core.modules.billing.models import LedgerEntry, Payment
from igny8_core.modules.billing.selectors import balance_get
from igny8_core.modules.billing.services import payment_request
from igny8_core.tenancy import bypass as door
from igny8_core.tenancy.context import TenantContext, context_or_none, tenant_transaction
from igny8_core.tenancy.models import AuditEvent, Job, JobState
from igny8_core.testing.clients import browser_of, client_of
from igny8_core.testing.factories import Tenant, staff_make, user_make
from igny8_core.testing.isolation import unchanged
from igny8_core.urls import staff_site

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])

HOME, ACCOUNTS = "/staff/", "/staff/igny8_auth/account/"
PLANS, PAYMENTS = "/staff/igny8_auth/plan/", "/staff/billing/payment/"
PACKAGES, JOBS = "/staff/billing/creditpackage/", "/staff/tenancy/job/"
LISTS = (ACCOUNTS, PLANS, PAYMENTS, PACKAGES, JOBS)


@pytest.fixture
def admin() -> User:
    return staff_make(StaffRole.ADMIN)


@pytest.fixture
def payment(tenant: Tenant) -> Payment:
    with tenant.work():
        return payment_request(kind="credit_package", code="credits-500")


def _job(tenant: Tenant, state: JobState = JobState.FAILED, **fields: Any) -> Job:
    with tenant.work():
        return Job.objects.create(
            kind="tests.work", request_id="r", state=state, payload={"text": "hidden-in-the-job"}, **fields
        )


def _do(browser: Client, path: str, action: str, *rows: Any, reason: str = "ticket 9", **more: Any) -> Any:
    body = {"action": action, "index": 0, "_selected_action": [row.pk for row in rows], "reason": reason}
    return browser.post(path, {**body, **more}, follow=True)


def _trail(account_id: int, prefix: str = "") -> list[AuditEvent]:
    with tenant_transaction(TenantContext.of_account(account_id)):
        return list(AuditEvent.objects.filter(action__startswith=prefix).order_by("id"))


def _addresses(row: Any) -> list[str]:
    return [HOME, *LISTS, *(f"{path}add/" for path in LISTS), f"{PAYMENTS}{row.pk}/change/", f"{HOME}jsi18n/"]


def test_every_table_has_a_list_and_a_row_and_nothing_else() -> None:
    names = {
        f"{model._meta.app_label}_{model._meta.model_name}_{view}"
        for model in staff_site._registry
        for view in ("changelist", "change")
    }
    found = {
        str(one.name) for entry in staff_site.get_urls() for one in getattr(entry, "url_patterns", [entry])
    }
    assert found == {*names, "index", "app_list", "jsi18n"}
    assert {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in staff_site._registry
    } == set(LISTS)


@pytest.mark.parametrize("kind", ["owner", "member", "viewer", "superuser", "staff role in a tenant"])
def test_nobody_but_staff_finds_it(tenant: Tenant, stranger: Tenant, payment: Payment, kind: str) -> None:
    people = {"owner": stranger.owner, "member": stranger.member, "viewer": stranger.viewer}
    person = people.get(kind) or user_make(stranger.account, role=Role.ADMIN)
    if kind == "superuser":
        User.objects.filter(pk=person.pk).update(is_superuser=True)
    if kind == "staff role in a tenant":
        User.objects.filter(pk=person.pk).update(staff_role=StaffRole.ADMIN)
    browser = browser_of(User.objects.get(pk=person.pk))
    with unchanged(tenant, stranger):
        for path in _addresses(payment):
            answer = browser.get(path)
            assert answer.status_code == 404, path
            assert tenant.account.name not in answer.content.decode()
            assert payment.reference not in answer.content.decode()
        assert _do(browser, PAYMENTS, "approve", payment).status_code == 404
        assert _do(browser, ACCOUNTS, "suspend", tenant.account).status_code == 404
    assert _trail(SYSTEM_ACCOUNT_ID) == []


def test_superuser_of_the_system_account_without_a_staff_role_finds_nothing(payment: Payment) -> None:
    user = user_make(Account.objects.get(is_system=True), role=Role.ADMIN)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    assert browser_of(User.objects.get(pk=user.pk)).get(PAYMENTS).status_code == 404


def test_nobody_is_asked_who_they_are(payment: Payment) -> None:
    for path in _addresses(payment):
        answer = browser_of(None).get(path)
        if answer.status_code != 404:  # an address that is not there
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/"), path


def test_token_and_key_are_no_session(admin: User, payment: Payment) -> None:
    assert client_of(admin).get(PAYMENTS)["Location"].startswith("/sign-in/")


def test_staff_whose_role_ends_are_out_at_once(admin: User) -> None:
    browser = browser_of(admin)
    assert browser.get(HOME).status_code == 200
    User.objects.filter(pk=admin.pk).update(staff_role="")
    assert browser.get(HOME).status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_lists_show_every_account_and_are_on_record_first(
    tenant: Tenant, stranger: Tenant, payment: Payment, path: str
) -> None:
    _job(tenant), _job(stranger)
    with stranger.work():
        payment_request(kind="plan", code="studio")
    staff = staff_make()
    answer = browser_of(staff).get(path)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    if path not in (PLANS, PACKAGES):
        assert tenant.account.name in text
        assert stranger.account.name in text
    assert "hidden-in-the-job" not in text
    (record,) = _trail(SYSTEM_ACCOUNT_ID)
    assert (record.action, record.actor_id, record.reason) == ("staff.listed", staff.pk, path)
    assert context_or_none() is None


def test_look_without_a_record_does_not_happen(
    admin: User, tenant: Tenant, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("disk full")

    browser = browser_of(admin)
    monkeypatch.setattr(door, "audit_write", fail)
    with unchanged(tenant):
        answers = [browser.get(PAYMENTS), browser.get(f"{PAYMENTS}{payment.pk}/change/")]
        answers.append(_do(browser, PAYMENTS, "approve", payment))
    for answer in answers:
        assert answer.status_code == 500
        assert payment.reference not in answer.content.decode()


def test_rows_are_shown_and_cannot_be_changed(admin: User, tenant: Tenant, payment: Payment) -> None:
    browser, job = browser_of(admin), _job(tenant)
    rows = ((ACCOUNTS, tenant.account), (PAYMENTS, payment), (JOBS, job))
    with unchanged(tenant):
        for path, row in rows:
            shown = browser.get(f"{path}{row.pk}/change/")
            assert shown.status_code == 200, path
            assert "hidden-in-the-job" not in shown.content.decode()
            assert 'name="_save"' not in shown.content.decode()
            assert (
                browser.post(f"{path}{row.pk}/change/", {"state": "approved", "name": "x"}).status_code == 403
            )
            for gone in ("delete/", "history/"):
                assert browser.get(f"{path}{row.pk}/{gone}").status_code == 404
            assert browser.get(f"{path}add/").status_code == 404


def test_system_account_is_no_customer(admin: User) -> None:
    browser = browser_of(admin)
    assert browser.get(f"{ACCOUNTS}{SYSTEM_ACCOUNT_ID}/change/").status_code == 302
    _do(browser, ACCOUNTS, "suspend", Account.objects.get(is_system=True))
    assert Account.objects.get(is_system=True).plan_status == "active"


def test_jobs_of_staff_are_not_acted_on(admin: User) -> None:
    with tenant_transaction(TenantContext.of_account(SYSTEM_ACCOUNT_ID)):
        job = Job.objects.create(kind="auth.mail", request_id="r", state=JobState.FAILED)
    answer = _do(browser_of(admin), JOBS, "requeue", job)
    assert "Staff do not act on staff." in answer.content.decode()
    with tenant_transaction(TenantContext.of_account(SYSTEM_ACCOUNT_ID)):
        assert Job.objects.get(pk=job.pk).state == JobState.FAILED


def test_approval_gives_what_was_paid_once_and_is_on_record_on_both_sides(
    admin: User, tenant: Tenant, stranger: Tenant, payment: Payment
) -> None:
    browser = browser_of(admin)
    with unchanged(stranger):
        for _ in range(2):
            assert _do(browser, PAYMENTS, "approve", payment).status_code == 200
    with tenant.work():
        assert (balance_get().balance, LedgerEntry.objects.count()) == (500, 1)
        assert Payment.objects.get().decided_by == admin.pk
    (event,) = _trail(tenant.account.pk, "payment.approved")
    assert (event.actor_id, event.reason, event.object_id) == (admin.pk, "ticket 9", str(payment.pk))
    entered = _trail(SYSTEM_ACCOUNT_ID, "staff.entered")
    assert [(one.reason, one.detail["account_id"]) for one in entered] == [
        ("ticket 9", tenant.account.pk)
    ] * 2
    assert entered[0].detail["what"] == f"approve billing.Payment {payment.pk}"


def test_rejection_gives_nothing_and_cannot_be_undone(admin: User, tenant: Tenant, payment: Payment) -> None:
    browser = browser_of(admin)
    _do(browser, PAYMENTS, "reject", payment)
    answer = _do(browser, PAYMENTS, "approve", payment)
    assert "cannot become approved" in answer.content.decode()
    with tenant.work():
        assert (Payment.objects.get().state, LedgerEntry.objects.exists()) == ("rejected", False)


def test_one_refusal_stops_no_other_row(
    admin: User, tenant: Tenant, stranger: Tenant, payment: Payment
) -> None:
    with stranger.work():
        other = payment_request(kind="credit_package", code="credits-500")
    browser = browser_of(admin)
    _do(browser, PAYMENTS, "reject", payment)
    _do(browser, PAYMENTS, "approve", payment, other)
    with stranger.work():
        assert balance_get().balance == 500


def test_act_needs_a_reason(admin: User, tenant: Tenant, payment: Payment) -> None:
    browser = browser_of(admin)
    with unchanged(tenant):
        for reason in ("", "  "):
            answer = _do(browser, PAYMENTS, "approve", payment, reason=reason)
            assert "Say why" in answer.content.decode()
    assert _trail(SYSTEM_ACCOUNT_ID, "staff.entered") == []


@pytest.mark.parametrize("role", [StaffRole.DEVELOPER, StaffRole.SYSTEM_BOT])
def test_other_staff_look_and_do_not_touch(tenant: Tenant, payment: Payment, role: StaffRole) -> None:
    browser, plan = browser_of(staff_make(role)), Plan.objects.get(code="studio")
    with unchanged(tenant):
        assert 'name="action"' not in browser.get(PAYMENTS).content.decode()
        _do(browser, PAYMENTS, "approve", payment)
        _do(browser, ACCOUNTS, "suspend", tenant.account)
        assert browser.post(f"{PLANS}{plan.pk}/change/", {"name": "x"}).status_code == 403
    assert Plan.objects.get(code="studio").name == plan.name
    assert _trail(SYSTEM_ACCOUNT_ID, "staff.entered") == []


def test_form_of_another_site_does_nothing(admin: User, tenant: Tenant, payment: Payment) -> None:
    with unchanged(tenant):
        assert _do(browser_of(admin, csrf=True), PAYMENTS, "approve", payment).status_code == 403


def test_account_is_suspended_and_reactivated(admin: User, tenant: Tenant, stranger: Tenant) -> None:
    browser, owner = browser_of(admin), client_of(tenant.owner)
    for action, status in (("suspend", 403), ("reactivate", 200)):
        with unchanged(stranger):
            _do(browser, ACCOUNTS, action, tenant.account)
        assert owner.get("/api/v1/account/sites/").status_code == status
    assert [event.reason for event in _trail(tenant.account.pk, "plan.")] == ["ticket 9"] * 2


def test_credits_are_adjusted_once_per_form(admin: User, tenant: Tenant) -> None:
    browser = browser_of(admin)
    for _ in range(2):
        _do(browser, ACCOUNTS, "adjust_credits", tenant.account, credits="40", token="a")
    _do(browser, ACCOUNTS, "adjust_credits", tenant.account, credits="-15", token="b")
    refused = [
        _do(browser, ACCOUNTS, "adjust_credits", tenant.account, credits=credits, token=token)
        for credits, token in (("", "c"), ("0", "d"), ("5", ""), ("-26", "e"))
    ]
    with tenant.work():
        assert (balance_get().balance, LedgerEntry.objects.count()) == (25, 2)
    assert "Give a number of credits" in refused[0].content.decode()
    assert "25 are available" in refused[3].content.decode()
    token = browser.get(ACCOUNTS).context["action_form"]["token"].value()
    assert token != browser.get(ACCOUNTS).context["action_form"]["token"].value()


def test_dead_letter_runs_again_and_a_waiting_job_is_cancelled(
    admin: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("igny8_core.tenancy.queue.announce", lambda job: sent.append(str(job.pk)))
    dead = _job(tenant, attempts=3, error_code="internal_error", error_message="broken")
    waiting, done = _job(tenant, JobState.QUEUED), _job(tenant, JobState.SUCCEEDED)
    browser = browser_of(admin)
    listed = browser.get(f"{JOBS}?state__exact=failed").content.decode()
    assert str(dead.pk) in listed
    assert str(waiting.pk) not in listed
    _do(browser, JOBS, "requeue", dead, done)
    _do(browser, JOBS, "cancel", waiting, done)
    with tenant.work():
        job = Job.objects.get(pk=dead.pk)
        assert (job.state, job.attempts, job.error_code, job.finished_at) == ("queued", 0, "", None)
        assert Job.objects.get(pk=waiting.pk).state == JobState.CANCELLED
        assert Job.objects.get(pk=done.pk).state == JobState.SUCCEEDED
    assert sent == [str(dead.pk)]
    events = _trail(tenant.account.pk, "job.")
    assert [(event.action, event.object_id, event.reason) for event in events] == [
        ("job.requeued", str(dead.pk), "ticket 9"),
        ("job.cancelled", str(waiting.pk), "ticket 9"),
    ]
    assert events[0].detail == {"kind": "tests.work", "was": "internal_error"}


def test_dead_letter_whose_work_is_under_way_again_stays(admin: User, tenant: Tenant) -> None:
    dead = _job(tenant, dedupe_key="k")
    _job(tenant, JobState.QUEUED, dedupe_key="k")
    answer = _do(browser_of(admin), JOBS, "requeue", dead)
    assert "Another job is at the same work" in answer.content.decode()
    with tenant.work():
        assert Job.objects.get(pk=dead.pk).state == JobState.FAILED


def test_plan_is_changed_on_record_in_the_system_account(admin: User, tenant: Tenant) -> None:
    plan = Plan.objects.get(code="studio")
    shown = browser_of(admin).get(f"{PLANS}{plan.pk}/change/").context["adminform"].form.initial
    body = {name: value for name, value in shown.items() if value is not False}
    try:
        with unchanged(tenant):
            answer = browser_of(admin).post(
                f"{PLANS}{plan.pk}/change/", {**body, "price_cents": 5900, "code": "x"}
            )
        assert answer.status_code == 302, answer.content
        changed = Plan.objects.get(pk=plan.pk)
        assert (changed.code, changed.price_cents, changed.max_sites) == ("studio", 5900, plan.max_sites)
    finally:  # the price list outlives a test
        Plan.objects.filter(pk=plan.pk).update(price_cents=plan.price_cents)
    (event,) = _trail(SYSTEM_ACCOUNT_ID, "plan.changed")
    assert event.detail == {"code": "studio", "changes": {"price_cents": [4900, 5900]}}
    assert not LogEntry.objects.exists()


def test_front_page_leads_to_what_waits(admin: User, payment: Payment) -> None:
    text = browser_of(admin).get(HOME).content.decode()
    assert f'href="{PAYMENTS}?state__exact=pending"' in text
    assert f'href="{JOBS}?state__exact=failed"' in text
    assert "password_change" not in text


def test_pages_obey_the_policy_on_content(admin: User, tenant: Tenant, payment: Payment) -> None:
    for path in (HOME, PAYMENTS, f"{PAYMENTS}{payment.pk}/change/"):
        answer = browser_of(admin).get(path)
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        text = answer.content.decode()
        assert ' style="' not in text
        assert "<style" not in text
        assert re.findall(r"<script(?![^>]* src=)[^>]*>", text) == []
        assert "onclick" not in text


@pytest.mark.parametrize("path", LISTS)
def test_list_costs_the_same_with_one_and_with_twenty_rows(admin: User, tenant: Tenant, path: str) -> None:
    browser, counts = browser_of(admin), []
    for rows in (1, 20):
        for number in range(rows):
            _job(tenant)
            user_make(Account.objects.create(name=f"more-{rows}-{number}", plan=tenant.account.plan))
        browser.get(path)
        with (
            CaptureQueriesContext(connections["ops"]) as ops,
            CaptureQueriesContext(connections["default"]) as own,
        ):
            assert browser.get(path).status_code == 200
        counts.append((len(ops), len(own)))
    assert counts[0] == counts[1]
