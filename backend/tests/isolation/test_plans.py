"""What each plan state may still do, for every kind of credential and for jobs: one table, one answer."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.auth import services
from igny8_core.auth.models import Account, PlanStatus, Site, User
from igny8_core.auth.plans import GRACE, PLAN_RULES, job_refusal, plan_status
from igny8_core.common.clock import utc_now
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import PASSWORD, Tenant, password_give
from igny8_core.testing.isolation import key_client

pytestmark = pytest.mark.django_db(transaction=True)

SITES = "/api/v1/account/sites/"
HOUR = timedelta(hours=1)
Dated = tuple[PlanStatus, dict[str, datetime], PlanStatus]


def _jwt(user: User) -> APIClient:
    return client_of(user)


def _session(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_login(user)
    return client


def _basic(user: User) -> APIClient:
    password_give(user)
    client = APIClient(raise_request_exception=False)
    encoded = base64.b64encode(f"{user.email}:{PASSWORD}".encode()).decode()
    client.credentials(HTTP_AUTHORIZATION=f"Basic {encoded}")
    return client


CREDENTIALS: dict[str, Callable[[User], APIClient]] = {
    "key": key_client,
    "jwt": _jwt,
    "session": _session,
    "basic": _basic,
}


@pytest.mark.parametrize("status", list(PlanStatus))
@pytest.mark.parametrize("kind", list(CREDENTIALS))
def test_state_counts_at_once_for_every_credential(tenant: Tenant, kind: str, status: PlanStatus) -> None:
    client, rule = CREDENTIALS[kind](tenant.owner), PLAN_RULES[status]
    assert client.get(SITES).status_code == 200
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=status)
    read = client.get(SITES)
    written = client.post(SITES, {"name": "n", "domain": "n.example"})
    for answer, is_allowed, success in ((read, rule.may_read, 200), (written, rule.may_write, 201)):
        assert answer.status_code == (success if is_allowed else 403), answer.content
        if not is_allowed:
            assert answer.json()["code"] == "plan_inactive"
            assert answer.json()["error"] == rule.sentence
            assert answer["Content-Type"].startswith("application/json")
    with tenant.work():
        assert Site.objects.count() == 1 + rule.may_write


def _ends(status: PlanStatus, column: str, *, ago: timedelta) -> Any:
    def change(tenant: Tenant) -> None:
        at = utc_now() - ago
        with tenant.work():
            services.account_update(tenant.account.pk, plan_status=status, **{column: at})

    return change


@pytest.mark.parametrize(
    ("change", "counts_as"),
    [
        (_ends(PlanStatus.TRIALING, "trial_ends_at", ago=-HOUR), PlanStatus.TRIALING),
        (_ends(PlanStatus.TRIALING, "trial_ends_at", ago=HOUR), PlanStatus.PAST_DUE),
        (_ends(PlanStatus.TRIALING, "trial_ends_at", ago=GRACE - HOUR), PlanStatus.PAST_DUE),
        (_ends(PlanStatus.TRIALING, "trial_ends_at", ago=GRACE), PlanStatus.SUSPENDED),
        (_ends(PlanStatus.ACTIVE, "paid_until", ago=-HOUR), PlanStatus.ACTIVE),
        (_ends(PlanStatus.ACTIVE, "paid_until", ago=HOUR), PlanStatus.PAST_DUE),
        (_ends(PlanStatus.ACTIVE, "paid_until", ago=GRACE), PlanStatus.SUSPENDED),
        (_ends(PlanStatus.PAST_DUE, "grace_until", ago=-HOUR), PlanStatus.PAST_DUE),
        (_ends(PlanStatus.PAST_DUE, "grace_until", ago=HOUR), PlanStatus.SUSPENDED),
    ],
    ids=[
        "trial",
        "trial over",
        "trial's grace ends in an hour",
        "trial's grace over",
        "paid",
        "paid time over",
        "paid time's grace over",
        "grace",
        "grace over",
    ],
)
def test_what_is_over_is_past_due_and_after_its_grace_suspended(
    tenant: Tenant, change: Any, counts_as: PlanStatus
) -> None:
    client = client_of(tenant.owner)
    assert client.get(SITES).status_code == 200
    change(tenant)
    assert plan_status(Account.objects.get(pk=tenant.account.pk)) == counts_as
    rule = PLAN_RULES[counts_as]
    assert client.get(SITES).status_code == (200 if rule.may_read else 403)
    assert (job_refusal(tenant.account.pk) is None) == rule.may_run_jobs


@pytest.mark.parametrize("status", list(PlanStatus))
def test_jobs_obey_the_same_table(tenant: Tenant, status: PlanStatus) -> None:
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=status)
    assert (job_refusal(tenant.account.pk) is None) == PLAN_RULES[status].may_run_jobs


def test_every_state_has_its_row_and_refusals_have_a_sentence() -> None:
    assert set(PLAN_RULES) == set(PlanStatus)
    for rule in PLAN_RULES.values():
        assert rule.sentence or (rule.may_read and rule.may_write and rule.may_run_jobs)


@pytest.mark.parametrize("status", [PlanStatus.SUSPENDED, PlanStatus.CANCELLED])
def test_people_can_always_sign_out(tenant: Tenant, status: PlanStatus) -> None:
    client = client_of(tenant.owner)
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=status)
    assert client.post("/api/v1/auth/logout/").status_code == 204
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=PlanStatus.ACTIVE)
    assert client.get(SITES).status_code == 401


def test_people_of_a_cancelled_account_still_look_after_their_own_sign_in(tenant: Tenant) -> None:
    client = client_of(password_give(tenant.owner))
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=PlanStatus.CANCELLED)
    body = {"old_password": PASSWORD, "new_password": "another long passphrase"}
    assert client.post("/api/v1/auth/password/", body).status_code == 204
