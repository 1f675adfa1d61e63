"""Signing in, out and everywhere; guessing; what ends tokens; a forgotten password."""

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from igny8_core.auth import lockout, services
from igny8_core.auth.models import PlanStatus, RefreshSession, Role, User
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import PASSWORD, Tenant, password_give, tokens_make, user_make
from igny8_core.testing.mails import mails_after_jobs, token_in

pytestmark = pytest.mark.django_db(transaction=True)

LOGIN, REFRESH, ME = "/api/v1/auth/login/", "/api/v1/auth/refresh/", "/api/v1/auth/me/"
RESET = "/api/v1/auth/password/reset/"
NEW = "another long passphrase"


@pytest.fixture
def member(tenant: Tenant) -> User:
    """A person with a password."""
    return password_give(tenant.member)


def _login(client: APIClient, user: User, password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"email": user.email, "password": password, **more})


def test_nul_in_the_name_of_the_client_keeps_nobody_out(anybody: APIClient, member: User) -> None:
    body = {"email": member.email, "password": PASSWORD}
    answer = anybody.post(LOGIN, body, headers={"User-Agent": "curl\x00/8"})
    assert answer.status_code == 200, answer.content
    assert RefreshSession.objects.get().user_agent == "curl\ufffd/8"


def test_sign_in_is_audited_with_its_session(anybody: APIClient, tenant: Tenant, member: User) -> None:
    assert _login(anybody, member).status_code == 200
    with tenant.work():
        event = AuditEvent.objects.get(action="user.signed_in")
    assert event.actor_id == member.pk
    assert event.detail == {"session_id": str(RefreshSession.objects.get().pk)}
    assert User.objects.get(pk=member.pk).last_login is not None


def test_person_is_locked_out_after_ten_wrong_guesses_and_let_in_later(
    anybody: APIClient, member: User
) -> None:
    seen = [_login(anybody, member, "wrong").status_code for _ in range(12)]
    assert seen == [401] * 10 + [429] * 2
    right = _login(anybody, member)
    assert (right.status_code, right.json()["code"]) == (429, "locked_out")
    assert int(right["Retry-After"]) == 900
    lockout.person_unlock(member.email)
    assert _login(anybody, member).status_code == 200


def test_lock_out_looks_the_same_for_nobody(anybody: APIClient, member: User) -> None:
    nobody = user_make(member.account)
    User.objects.filter(pk=nobody.pk).delete()
    for _ in range(11):
        answers = [_login(anybody, person, "wrong") for person in (member, nobody)]
        assert without_request_id(answers[0]) == without_request_id(answers[1])
        assert answers[0].status_code == answers[1].status_code
    assert answers[0].status_code == 429


def test_lock_out_follows_the_person_to_other_addresses_and_the_address_to_other_people(
    tenant: Tenant, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(11):
        client = APIClient(REMOTE_ADDR=f"10.0.0.{number}")
        last = _login(client, member, "wrong")
    assert last.status_code == 429
    monkeypatch.setattr(lockout, "GUESSES_PER_ADDRESS", 3)
    other, people = APIClient(REMOTE_ADDR="10.9.9.9"), [user_make(tenant.account) for _ in range(4)]
    assert [_login(other, person, "wrong").status_code for person in people] == [401, 401, 401, 429]


def test_right_guess_forgets_the_wrong_ones(anybody: APIClient, member: User) -> None:
    for _ in range(2):
        assert [_login(anybody, member, "wrong").status_code for _ in range(9)] == [401] * 9
        assert _login(anybody, member).status_code == 200


def test_forged_forwarded_addresses_are_not_believed(
    member: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, "GUESSES_PER_ADDRESS", 2)
    people = [user_make(tenant.account) for _ in range(3)]
    codes = [
        _login(APIClient(HTTP_X_FORWARDED_FOR=f"10.1.1.{number}"), person, "wrong").status_code
        for number, person in enumerate(people)
    ]
    assert codes == [401, 401, 429]


def test_basic_counts_to_the_lock_out(member: User) -> None:
    import base64

    wrong = base64.b64encode(f"{member.email}:wrong".encode()).decode()
    for _ in range(11):
        APIClient().get(ME, HTTP_AUTHORIZATION=f"Basic {wrong}")
    assert _login(APIClient(), member).status_code == 429


def test_refresh_token_ends_with_what_ends_the_person(anybody: APIClient, tenant: Tenant) -> None:
    changes: list[dict[str, Any]] = [{"role": Role.VIEWER}, {"is_active": False}, {"all_sites": False}]
    for change in changes:
        person = user_make(tenant.account)
        pair = tokens_make(person)
        with tenant.work():
            services.user_update(person, **change)
        assert anybody.post(REFRESH, {"refresh": pair.refresh}).status_code == 401, change


def test_refresh_token_ends_with_password_suspension_and_removal(anybody: APIClient, tenant: Tenant) -> None:
    person = password_give(user_make(tenant.account))
    pair = tokens_make(person)
    assert (
        client_of(person)
        .post("/api/v1/auth/password/", {"old_password": PASSWORD, "new_password": NEW})
        .status_code
        == 204
    )
    assert anybody.post(REFRESH, {"refresh": pair.refresh}).status_code == 401
    pair = tokens_make(User.objects.get(pk=person.pk))
    assert client_of(tenant.owner).delete(f"/api/v1/account/members/{person.pk}/").status_code == 204
    assert anybody.post(REFRESH, {"refresh": pair.refresh}).status_code == 401
    pair = tokens_make(tenant.viewer)
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=PlanStatus.SUSPENDED)
    refused = anybody.post(REFRESH, {"refresh": pair.refresh})
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_inactive")


def test_access_token_is_no_refresh_token_nor_the_other_way(anybody: APIClient, member: User) -> None:
    pair = tokens_make(member)
    assert anybody.post(REFRESH, {"refresh": pair.access}).status_code == 401
    assert anybody.get(ME, HTTP_AUTHORIZATION=f"Bearer {pair.refresh}").status_code == 401


def test_sign_in_to_a_suspended_account_is_refused_after_the_password(
    anybody: APIClient, tenant: Tenant, member: User
) -> None:
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=PlanStatus.SUSPENDED)
    assert _login(anybody, member, "wrong").status_code == 401
    answer = _login(anybody, member)
    assert (answer.status_code, answer.json()["code"]) == (403, "plan_inactive")
    assert not RefreshSession.objects.exists()


def test_logout_everywhere_ends_every_sign_in_and_no_key(tenant: Tenant, member: User) -> None:
    from igny8_core.testing.isolation import key_client

    clients, other = [client_of(member), client_of(member)], client_of(tenant.owner)
    console, key = APIClient(), key_client(member)
    console.force_login(User.objects.get(pk=member.pk))
    assert [client.get(ME).status_code for client in (*clients, console)] == [200] * 3
    assert clients[0].post("/api/v1/auth/logout/everywhere/").status_code == 204
    assert [client.get(ME).status_code for client in (*clients, console)] == [401] * 3
    assert other.get(ME).status_code == 200
    assert key.get(ME).status_code == 200


def test_own_sign_ins_are_listed_and_ended_one_by_one(tenant: Tenant, member: User) -> None:
    first, second = client_of(member), client_of(member)
    client_of(tenant.owner)
    listed = first.get("/api/v1/auth/sessions/").json()
    assert listed["count"] == 2
    oldest = listed["results"][-1]["id"]
    assert second.delete(f"/api/v1/auth/sessions/{oldest}/").status_code == 204
    assert (first.get(ME).status_code, second.get(ME).status_code) == (401, 200)
    foreign = RefreshSession.objects.get(user=tenant.owner)
    assert second.delete(f"/api/v1/auth/sessions/{foreign.pk}/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_own_name_changes_and_tokens_live_on(member: User) -> None:
    client = client_of(member)
    assert client.patch(ME, {"name": "Mia"}).json()["data"]["name"] == "Mia"
    assert client.get(ME).json()["data"]["name"] == "Mia"
    for body in ({"role": "owner"}, {"email": "x@example.test"}, {"name": "a", "is_superuser": True}):
        assert client.patch(ME, body).status_code == 400


def test_forgotten_password_is_set_anew_once(anybody: APIClient, tenant: Tenant, member: User) -> None:
    pair = tokens_make(member)
    for _ in range(11):
        _login(anybody, member, "wrong")
    assert anybody.post(RESET, {"email": member.email.upper()}).status_code == 202
    token = token_in(mails_after_jobs()[-1])
    weak = anybody.post(f"{RESET}confirm/", {"token": token, "password": "short"})
    assert (weak.status_code, weak.json()["code"]) == (400, "password_too_weak")
    assert anybody.post(f"{RESET}confirm/", {"token": token, "password": NEW}).status_code == 204
    assert _login(anybody, member, NEW).status_code == 200, "the lock-out ended too"
    assert anybody.post(REFRESH, {"refresh": pair.refresh}).status_code == 401
    again = anybody.post(f"{RESET}confirm/", {"token": token, "password": "yet another passphrase"})
    assert (again.status_code, again.json()["code"]) == (400, "link_invalid")
    with tenant.work():
        assert AuditEvent.objects.filter(action="user.password_reset", object_id=str(member.pk)).count() == 1


def test_reset_link_ends_after_an_hour_and_with_the_person(anybody: APIClient, tenant: Tenant) -> None:
    import time

    token = services.password_reset_token(tenant.member)
    with time_machine.travel(time.time() + 3700, tick=True):
        late = anybody.post(f"{RESET}confirm/", {"token": token, "password": NEW})
    with tenant.work():
        services.user_update(tenant.member, is_active=False)
    gone = anybody.post(f"{RESET}confirm/", {"token": token, "password": NEW})
    assert [answer.json()["code"] for answer in (late, gone)] == ["link_invalid"] * 2


def test_reset_for_nobody_looks_the_same_and_sends_nothing(anybody: APIClient, member: User) -> None:
    known = anybody.post(RESET, {"email": member.email})
    nobody = anybody.post(RESET, {"email": "nobody@example.test"})
    assert known.status_code == nobody.status_code == 202
    assert {message.to[0] for message in mails_after_jobs()} == {member.email}


def test_no_token_is_stored_in_a_job(anybody: APIClient, member: User) -> None:
    from igny8_core.common.ids import SYSTEM_ACCOUNT_ID
    from igny8_core.tenancy.context import TenantContext, tenant_transaction

    anybody.post(RESET, {"email": member.email})
    token = token_in(mails_after_jobs()[-1])
    with tenant_transaction(TenantContext.of_account(SYSTEM_ACCOUNT_ID)):
        assert token not in str(list(Job.objects.values()))


def test_undelivered_mail_is_tried_again(
    anybody: APIClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from igny8_core.modules.auth import mails

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(mails, "send_mail", refuse)
        anybody.post(RESET, {"email": member.email})
        assert mails_after_jobs() == []
    import time

    with time_machine.travel(time.time() + 60, tick=True):
        assert len(mails_after_jobs()) == 1


def test_sign_ins_that_expired_long_ago_are_forgotten(member: User, tenant: Tenant) -> None:
    from datetime import timedelta

    from igny8_core.common.clock import utc_now
    from igny8_core.modules.auth.tasks import purge_sessions

    for days in (31, 29, -7):
        tokens_make(member)
        newest = RefreshSession.objects.order_by("-created_at")[0]
        RefreshSession.objects.filter(pk=newest.pk).update(expires_at=utc_now() - timedelta(days=days))
    assert purge_sessions() == 1
    assert RefreshSession.objects.count() == 2
