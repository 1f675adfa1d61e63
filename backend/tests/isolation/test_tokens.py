"""Forged and stale tokens: only what the database says about person, sign-in and version counts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.db import IntegrityError

from igny8_core.auth.models import RefreshSession, StaffRole, User
from igny8_core.common.clock import utc_now
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, staff_make, tokens_make

pytestmark = pytest.mark.django_db(transaction=True)

SITES = "/api/v1/account/sites/"
KEY = settings.SIMPLE_JWT["SIGNING_KEY"]


def _claims(user: User) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(tokens_make(user).access, KEY, algorithms=["HS256"])
    return claims


def _get(token: str, **headers: str) -> Any:
    return client_of(None).get(SITES, HTTP_AUTHORIZATION=f"Bearer {token}", headers=headers)


def _signed(claims: dict[str, Any], key: str = KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm)


def test_signed_claims_open_the_account_of_the_person(tenant: Tenant) -> None:
    assert _get(_signed(_claims(tenant.owner))).status_code == 200


@pytest.mark.filterwarnings("ignore:The HMAC key is")  # the forger's key is short for the forger's algorithm
@pytest.mark.parametrize("forgery", ["payload", "none", "key", "algorithm", "cut", "other signature"])
def test_token_that_we_did_not_sign_is_refused(tenant: Tenant, stranger: Tenant, forgery: str) -> None:
    claims = _claims(stranger.owner)
    good = _signed(_claims(tenant.owner))
    header, payload, signature = _signed(claims).split(".")
    forged = {
        "payload": f"{good.split('.')[0]}.{payload}.{good.split('.')[2]}",
        "none": jwt.encode(claims, None, algorithm="none"),
        "key": _signed(claims, key="another-key-of-sufficient-length-for-hs256"),
        "algorithm": _signed(claims, algorithm="HS512"),
        "cut": f"{header}.{payload}.",
        "other signature": f"{header}.{payload}.{signature[::-1]}",
    }[forgery]
    answer = _get(forged)
    assert (answer.status_code, answer.json()["code"]) == (401, "credential_invalid")


@pytest.mark.parametrize(
    "change",
    [
        lambda mine, theirs: {"user_id": theirs["user_id"]},
        lambda mine, theirs: {"sid": theirs["sid"]},
        lambda mine, theirs: {"sid": str(uuid4())},
        lambda mine, theirs: {"user_id": str(uuid4())},
        lambda mine, theirs: {"ver": mine["ver"] + 1},
        lambda mine, theirs: {"ver": 0},
        lambda mine, theirs: {"ver": "x"},
        lambda mine, theirs: {"user_id": "' OR 1=1 --"},
        lambda mine, theirs: {"token_type": "refresh"},
        lambda mine, theirs: {"exp": int((utc_now() - timedelta(minutes=1)).timestamp())},
    ],
    ids=[
        "other person",
        "other sign-in",
        "no sign-in",
        "nobody",
        "newer",
        "older",
        "word",
        "sql",
        "type",
        "late",
    ],
)
def test_claims_that_do_not_fit_together_are_refused(tenant: Tenant, stranger: Tenant, change: Any) -> None:
    mine, theirs = _claims(tenant.owner), _claims(stranger.owner)
    answer = _get(_signed({**mine, **change(mine, theirs)}))
    assert answer.status_code == 401
    assert stranger.account.name not in answer.content.decode()


@pytest.mark.parametrize("missing", ["user_id", "sid", "ver", "exp", "token_type"])
def test_claims_that_are_missing_are_refused(tenant: Tenant, missing: str) -> None:
    claims = _claims(tenant.owner)
    del claims[missing]
    assert _get(_signed(claims)).status_code == 401


def test_further_claims_change_nothing(tenant: Tenant, stranger: Tenant) -> None:
    extra = {
        "account": stranger.account.pk,
        "account_id": stranger.account.pk,
        "role": "owner",
        "staff_role": StaffRole.ADMIN,
        "site_ids": [str(stranger.site.pk)],
        "scopes": ["*"],
        "is_superuser": True,
    }
    token = _signed({**_claims(tenant.viewer), **extra})
    answer = _get(token, **{"X-Account-ID": str(stranger.account.pk)})
    assert [row["id"] for row in answer.json()["results"]] == [str(tenant.site.pk)]
    refused = client_of(None).post(
        SITES, {"name": "n", "domain": "n.example"}, HTTP_AUTHORIZATION=f"Bearer {token}"
    )
    assert refused.status_code == 403


def test_person_with_a_sign_in_cannot_be_moved_to_another_account(tenant: Tenant, stranger: Tenant) -> None:
    tokens_make(tenant.member)
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=tenant.member.pk).update(account=stranger.account)


def test_ended_sign_in_ends_its_tokens_alone(tenant: Tenant) -> None:
    first, second = _signed(_claims(tenant.owner)), _signed(_claims(tenant.owner))
    session = RefreshSession.objects.order_by("created_at")[0]
    RefreshSession.objects.filter(pk=session.pk).update(revoked_at=utc_now())
    assert [_get(first).status_code, _get(second).status_code] == [401, 200]


def test_staff_token_without_the_staff_role_is_an_ordinary_one(tenant: Tenant) -> None:
    staff = staff_make(StaffRole.ADMIN)
    claims = _claims(staff)
    User.objects.filter(pk=staff.pk).update(staff_role="", context_version=99)
    answer = _get(_signed(claims), **{"X-Account-ID": str(tenant.account.pk)})
    assert answer.json()["count"] == 0
