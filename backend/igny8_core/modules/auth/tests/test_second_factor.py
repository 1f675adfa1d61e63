"""The second factor: set up, asked for, used up, lost, ended."""

import io
import time
from typing import Any

import pyotp
import pytest
import time_machine
from rest_framework.test import APIClient

from igny8_core.auth import lockout
from igny8_core.auth.models import SecondFactor, User
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import PASSWORD, Tenant, password_give

pytestmark = pytest.mark.django_db(transaction=True)

BASE, LOGIN = "/api/v1/auth/second-factor/", "/api/v1/auth/login/"


@pytest.fixture
def member(tenant: Tenant) -> User:
    """A person with a password."""
    return password_give(tenant.member)


def _switch_on(user: User) -> tuple[pyotp.TOTP, list[str]]:
    client = client_of(user)
    offer = client.post(BASE, {"password": PASSWORD})
    assert offer.status_code == 201, offer.content
    totp = pyotp.TOTP(offer.json()["data"]["secret"])
    with _at_step(0):
        confirmed = client.post(f"{BASE}confirm/", {"code": totp.now()})
    assert confirmed.status_code == 200, confirmed.content
    return totp, confirmed.json()["data"]["recovery_codes"]


_START = 30 * (int(time.time()) // 30) + 5


def _at_step(step: int) -> Any:
    return time_machine.travel(_START + 30 * step, tick=False)


def _login(user: User, **more: str) -> Any:
    return APIClient().post(LOGIN, {"email": user.email, "password": PASSWORD, **more})


def test_password_alone_is_not_enough_any_more(member: User) -> None:
    totp, _ = _switch_on(member)
    with _at_step(2):
        asked = _login(member)
        assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_required")
        wrong = _login(member, code="000000" if totp.now() != "000000" else "111111")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "second_factor_wrong")
        assert _login(member, code=totp.now()).status_code == 200


def test_code_is_good_once_and_for_a_minute_around(member: User) -> None:
    totp, _ = _switch_on(member)
    with _at_step(5):
        code = totp.now()
        assert _login(member, code=code).status_code == 200
        assert _login(member, code=code).json()["code"] == "second_factor_wrong"
    with _at_step(9):
        early, late, too_late = (totp.at(_START + 30 * step) for step in (8, 10, 7))
        assert _login(member, code=too_late).status_code == 401
        assert _login(member, code=early).status_code == 200
        assert _login(member, code=late).status_code == 200


def test_recovery_code_is_good_once(member: User) -> None:
    _, codes = _switch_on(member)
    assert len(set(codes)) == 10
    assert _login(member, code=codes[3].lower()).status_code == 200
    assert _login(member, code=codes[3]).status_code == 401
    state = client_of(member).get(BASE).json()["data"]
    assert state == {"is_on": True, "recovery_codes_left": 9}


def test_nothing_readable_is_kept(member: User) -> None:
    totp, codes = _switch_on(member)
    stored = (
        str(list(SecondFactor.objects.values("recovery_digests"))) + SecondFactor.objects.get().secret.token
    )
    assert totp.secret not in stored
    assert not any(code.replace("-", "") in stored for code in codes)


def test_codes_cannot_be_guessed_by_asking_without_one_in_between(member: User) -> None:
    _switch_on(member)
    with _at_step(20):
        for _ in range(lockout.GUESSES_PER_PERSON):
            assert _login(member, code="123").status_code == 401
            assert _login(member).status_code in (401, 429)
        assert _login(member, code="123").status_code == 429


def test_secret_counts_only_after_a_first_right_code(member: User) -> None:
    client = client_of(member)
    assert client.post(BASE, {"password": "wrong"}).json()["code"] == "login_failed"
    assert client.post(BASE, {"password": PASSWORD}).status_code == 201
    assert _login(member).status_code == 200
    wrong = client.post(f"{BASE}confirm/", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "second_factor_wrong")
    assert client.get(BASE).json()["data"]["is_on"] is False


def test_second_factor_is_not_replaced_by_who_holds_a_session(member: User) -> None:
    totp, _ = _switch_on(member)
    with _at_step(30):
        client = client_of(member)  # here, as a token of the real clock's is not valid at another one's
        assert client.post(BASE, {"password": PASSWORD}).json()["code"] == "second_factor_required"
        again = client.post(BASE, {"password": PASSWORD, "code": totp.now()})
        assert (again.status_code, again.json()["code"]) == (409, "second_factor_conflict")


def test_second_factor_ends_with_password_and_code(member: User) -> None:
    _, codes = _switch_on(member)
    client = client_of(member)
    assert client.post(f"{BASE}end/", {"password": PASSWORD}).json()["code"] == "second_factor_required"
    assert client.post(f"{BASE}end/", {"password": PASSWORD, "code": codes[0]}).status_code == 204
    assert _login(member).status_code == 200
    assert not SecondFactor.objects.exists()


def test_recovery_codes_are_renewed(member: User) -> None:
    _, codes = _switch_on(member)
    answer = client_of(member).post(f"{BASE}recovery-codes/", {"password": PASSWORD, "code": codes[0]})
    renewed = answer.json()["data"]["recovery_codes"]
    assert not set(renewed) & set(codes)
    assert _login(member, code=codes[1]).status_code == 401
    assert _login(member, code=renewed[0]).status_code == 200


def test_basic_authentication_is_refused_with_a_second_factor(member: User) -> None:
    import base64

    basic = base64.b64encode(f"{member.email}:{PASSWORD}".encode()).decode()
    header = {"HTTP_AUTHORIZATION": f"Basic {basic}"}
    assert APIClient().get("/api/v1/auth/me/", **header).status_code == 200
    _switch_on(member)
    refused = APIClient().get("/api/v1/auth/me/", **header)
    assert refused.status_code == 401, "also for a principal that the process had cached"


def test_password_change_asks_for_the_code(member: User) -> None:
    _, codes = _switch_on(member)
    body = {"old_password": PASSWORD, "new_password": "another long passphrase"}
    client = client_of(member)
    assert client.post("/api/v1/auth/password/", body).json()["code"] == "second_factor_required"
    assert client.post("/api/v1/auth/password/", {**body, "code": codes[0]}).status_code == 204


def test_secrets_are_not_kept_for_an_idempotency_key(tenant: Tenant, member: User) -> None:
    from igny8_core.tenancy.models import IdempotencyKey

    answer = client_of(member).post(BASE, {"password": PASSWORD}, headers={"Idempotency-Key": "one"})
    secret = answer.json()["data"]["secret"]
    with tenant.work():
        assert secret not in str(list(IdempotencyKey.objects.values_list("body", flat=True)))


def test_secret_survives_a_change_of_the_installations_key(member: User, settings: Any) -> None:
    from cryptography.fernet import Fernet
    from django.core.management import call_command

    totp, _ = _switch_on(member)
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    call_command("rotate_secrets", stdout=io.StringIO())
    settings.FIELD_ENCRYPTION_KEYS = [new]
    with _at_step(2):
        assert _login(member, code=totp.now()).status_code == 200
