"""Registering: nothing is made before the address is proven, and nobody learns whose addresses exist."""

from typing import Any

import pytest
import time_machine
from django.core import mail
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, Role, User
from igny8_core.modules.billing.selectors import balance_get
from igny8_core.tenancy.context import TenantContext, tenant_transaction
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import without_request_id
from igny8_core.testing.factories import Tenant
from igny8_core.testing.mails import mails_after_jobs, token_in

pytestmark = pytest.mark.django_db(transaction=True)

REGISTER = "/api/v1/auth/register/"
CONFIRM = f"{REGISTER}confirm/"
PASSWORD = "correct horse battery staple"
BODY = {"email": "New@Example.test", "name": "Nora", "account_name": "Nora's shop"}


def _token(anybody: APIClient) -> str:
    assert anybody.post(REGISTER, BODY).status_code == 202
    return token_in(mails_after_jobs()[-1])


def test_registration_makes_account_owner_and_credits_once_confirmed(anybody: APIClient) -> None:
    token = _token(anybody)
    assert not User.objects.filter(email="new@example.test").exists(), "nothing before the proof"
    answer = anybody.post(CONFIRM, {"token": token, "password": PASSWORD})
    assert answer.status_code == 201, answer.content
    data = answer.json()["data"]
    assert (data["user"]["email"], data["user"]["role"]) == ("new@example.test", "owner")
    assert data["user"]["account"]["name"] == "Nora's shop"
    assert (data["user"]["account"]["plan"], data["user"]["account"]["plan_status"]) == ("trial", "trialing")
    owner = User.objects.get(email="new@example.test")
    assert owner.account.trial_ends_at is not None
    assert 13 <= (owner.account.trial_ends_at - owner.account.created_at).days <= 14
    with tenant_transaction(TenantContext.of_account(owner.account_id)):
        assert balance_get().balance == owner.account.plan.monthly_credits
        actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"account.created", "user.created", "user.signed_in"} <= actions
    me = APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {data['access']}")
    assert me.json()["data"]["email"] == "new@example.test"


def test_link_works_once(anybody: APIClient) -> None:
    token = _token(anybody)
    assert anybody.post(CONFIRM, {"token": token, "password": PASSWORD}).status_code == 201
    again = anybody.post(CONFIRM, {"token": token, "password": "another long passphrase"})
    assert (again.status_code, again.json()["code"]) == (400, "link_invalid")
    assert User.objects.filter(email="new@example.test").count() == 1
    assert Account.objects.filter(is_system=False).count() == 1


def test_weak_password_makes_nothing_and_leaves_the_link_good(anybody: APIClient) -> None:
    token = _token(anybody)
    weak = anybody.post(CONFIRM, {"token": token, "password": "password1234"})
    assert (weak.status_code, weak.json()["code"]) == (400, "password_too_weak")
    assert not Account.objects.filter(is_system=False).exists()
    assert anybody.post(CONFIRM, {"token": token, "password": PASSWORD}).status_code == 201


@pytest.mark.parametrize("change", ["edited", "late", "other purpose"])
def test_link_that_does_not_hold(anybody: APIClient, tenant: Tenant, change: str) -> None:
    token = _token(anybody)
    before = Account.objects.count()
    if change == "edited":
        token = token[:-1] + ("a" if token[-1] != "a" else "b")
    if change == "other purpose":
        anybody.post("/api/v1/auth/password/reset/", {"email": tenant.owner.email})
        token = token_in(mails_after_jobs()[-1])
    late = 25 * 3600 if change == "late" else 0
    with time_machine.travel(_now() + late, tick=True):
        answer = anybody.post(CONFIRM, {"token": token, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (400, "link_invalid")
    assert Account.objects.count() == before


def _now() -> float:
    import time

    return time.time()


def test_taken_address_looks_the_same_and_its_owner_is_told(anybody: APIClient, tenant: Tenant) -> None:
    free = anybody.post(REGISTER, BODY)
    taken = anybody.post(REGISTER, {**BODY, "email": tenant.owner.email})
    assert taken.status_code == free.status_code == 202
    body, other = without_request_id(free), without_request_id(taken)
    assert {**body["data"], "sent_to": ""} == {**other["data"], "sent_to": ""}
    mails = {message.to[0]: message for message in mails_after_jobs()}
    assert "already" in mails[tenant.owner.email].subject
    assert "token" not in mails[tenant.owner.email].body
    assert mails["new@example.test"].subject == "Confirm your address for IGNY8"


def test_names_of_the_asker_are_not_in_the_mail(anybody: APIClient) -> None:
    anybody.post(REGISTER, {**BODY, "account_name": "Buy at evil.example", "name": "evil.example"})
    assert "evil.example" not in str(mails_after_jobs()[-1].body)


def test_address_is_not_pestered(anybody: APIClient) -> None:
    for _ in range(7):
        assert anybody.post(REGISTER, BODY).status_code == 202
        mails_after_jobs()
    assert len(mail.outbox) == 5


def test_closed_registration_is_refused(anybody: APIClient, settings: Any) -> None:
    token = _token(anybody)
    settings.REGISTRATION_OPEN = False
    for answer in (
        anybody.post(REGISTER, BODY),
        anybody.post(CONFIRM, {"token": token, "password": PASSWORD}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
    assert not Account.objects.filter(is_system=False).exists()


def test_role_and_plan_cannot_be_chosen(anybody: APIClient) -> None:
    for extra in ({"role": "admin"}, {"plan": "agency"}, {"is_superuser": True}, {"staff_role": "admin"}):
        assert anybody.post(REGISTER, {**BODY, **extra}).status_code == 400
    anybody.post(CONFIRM, {"token": _token(anybody), "password": PASSWORD})
    owner = User.objects.get(email="new@example.test")
    assert (owner.role, owner.staff_role, owner.is_superuser) == (Role.OWNER, "", False)
