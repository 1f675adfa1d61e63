"""Rights that end while a credential is in use: the cached principal must notice at its next transaction."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from igny8_core.api import idempotency
from igny8_core.auth import services
from igny8_core.auth.models import ApiKey, Role, User
from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.tenancy.context import context_or_none
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import PASSWORD, Tenant, site_make
from igny8_core.testing.isolation import key_client, limited_user

pytestmark = pytest.mark.django_db(transaction=True)

KEYWORDS = "/api/v1/planner/keywords/"


def _bump(tenant: Tenant) -> None:
    with tenant.work():
        services.user_update(User.objects.get(pk=tenant.owner.pk), name="other")


@pytest.mark.parametrize(
    "end",
    [
        lambda user: services.user_update(user, role=Role.VIEWER),
        lambda user: services.user_update(user, is_active=False),
        lambda user: services.password_change(
            user, old_password=PASSWORD, new_password="another-long-passphrase"
        ),
    ],
    ids=["role", "deactivated", "password"],
)
def test_token_in_use_ends_at_once(tenant: Tenant, end: Callable[[User], Any]) -> None:
    user = User.objects.get(pk=tenant.member.pk)
    user.set_password(PASSWORD)
    user.save()
    client = client_of(user)
    assert client.get(KEYWORDS).status_code == 200
    with tenant.work():
        end(User.objects.get(pk=user.pk))
    assert client.get(KEYWORDS).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [{"revoked_at": True}, {"expires_at": True}, {"user": True}],
    ids=["revoked", "expired", "user"],
)
def test_key_in_use_ends_at_once(tenant: Tenant, changes: dict[str, bool]) -> None:
    client = key_client(tenant.member)
    assert client.get(KEYWORDS).status_code == 200
    key = ApiKey.objects.get()
    with tenant.work():
        if "revoked_at" in changes:
            services.api_key_revoke(key.pk)
        elif "user" in changes:
            services.user_update(User.objects.get(pk=tenant.member.pk), is_active=False)
    if "expires_at" in changes:
        past = utc_now() - timedelta(seconds=1)
        ApiKey.objects.update(expires_at=past, context_version=key.context_version + 1)
    assert client.get(KEYWORDS).status_code == 401


def test_site_taken_away_is_gone_at_once(tenant: Tenant) -> None:
    other = site_make(tenant)
    user = limited_user(tenant, tenant.site, role=Role.EDITOR)
    clients = [client_of(user), key_client(user)]
    body = {"site": str(tenant.site.pk), "text": "shoes"}
    assert [client.get(f"{KEYWORDS}?site={tenant.site.pk}").status_code for client in clients] == [200, 200]
    with tenant.work():
        services.user_sites_set(User.objects.get(pk=user.pk), [other.pk])
    assert clients[1].post(KEYWORDS, body).status_code == 400
    assert clients[0].post(KEYWORDS, body).status_code == 401
    with tenant.work():
        assert not Keyword.objects.exists()


def test_stale_request_does_its_work_once(tenant: Tenant) -> None:
    client = key_client(tenant.owner)
    assert client.get(KEYWORDS).status_code == 200
    body = {"site": str(tenant.site.pk), "text": "shoes"}
    _bump(tenant)
    first = client.post(KEYWORDS, body, headers={"Idempotency-Key": "one"})
    _bump(tenant)
    second = client.post(KEYWORDS, body, headers={"Idempotency-Key": "one"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["data"] == second.json()["data"]
    with tenant.work():
        assert Keyword.objects.count() == 1
    assert context_or_none() is None


def test_stale_upload_is_read_again(tenant: Tenant) -> None:
    client = key_client(tenant.owner)
    client.get(KEYWORDS)
    _bump(tenant)
    file = SimpleUploadedFile("a.csv", b"Keyword,Volume\nshoes,10\n")
    answer = client.post(
        "/api/v1/planner/imports/",
        {"site": str(tenant.site.pk), "file": file},
        format="multipart",
        headers={"Idempotency-Key": "up"},
    )
    assert answer.status_code == 202, answer.content
    with tenant.work():
        assert KeywordImport.objects.count() == 1


def test_change_between_claim_and_work_does_not_lock_the_key(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, claimed = idempotency._claim, []

    def claim_then_bump(*args: Any) -> Any:
        row = claim(*args)
        if not claimed:
            claimed.append(row)
            _outside(tenant)
        return row

    monkeypatch.setattr(idempotency, "_claim", claim_then_bump)
    client = key_client(tenant.owner)
    answer = client.post(
        KEYWORDS, {"site": str(tenant.site.pk), "text": "shoes"}, headers={"Idempotency-Key": "one"}
    )
    assert answer.status_code == 201, answer.content


def _outside(tenant: Tenant) -> None:
    thread = threading.Thread(target=_bump_and_close, args=(tenant,))
    thread.start()
    thread.join()


def _bump_and_close(tenant: Tenant) -> None:
    _bump(tenant)
    connection.close()


def _signed_in(user: User, **options: Any) -> APIClient:
    client = APIClient(raise_request_exception=False, **options)
    client.force_login(user)
    return client


def test_session_ends_with_the_password(tenant: Tenant) -> None:
    user = User.objects.get(pk=tenant.member.pk)
    user.set_password(PASSWORD)
    user.save()
    client = _signed_in(user)
    assert client.get(KEYWORDS).status_code == 200
    with tenant.work():
        services.password_change(
            User.objects.get(pk=user.pk), old_password=PASSWORD, new_password="another-long-passphrase"
        )
    assert client.get(KEYWORDS).status_code == 401


def test_session_cannot_write_without_its_csrf_token(tenant: Tenant) -> None:
    client = _signed_in(tenant.owner, enforce_csrf_checks=True)
    body = {"site": str(tenant.site.pk), "text": "shoes"}
    assert client.get(KEYWORDS).status_code == 200
    assert client.post(KEYWORDS, body).status_code == 403
    with tenant.work():
        assert not Keyword.objects.exists()


def test_session_beside_a_key_of_another_account_is_refused(tenant: Tenant, stranger: Tenant) -> None:
    client = _signed_in(tenant.owner)
    key = key_client(stranger.owner)
    client.credentials(**key._credentials)
    assert client.get(KEYWORDS).status_code == 401


def test_headers_and_parameters_of_another_account_change_nothing(tenant: Tenant, stranger: Tenant) -> None:
    client = client_of(tenant.owner)
    headers = {
        "X-Account-Id": str(stranger.account.pk),
        "X-Site-Id": str(stranger.site.pk),
        "X-Debug-Resource-Tracking": "true",
    }
    answer = client.get("/api/v1/account/sites/", headers=headers)
    assert [row["id"] for row in answer.json()["results"]] == [str(tenant.site.pk)]
    assert "X-Resource-Tracking-ID" not in answer
    assert client.get(f"/api/v1/account/sites/?account={stranger.account.pk}").status_code == 400


def test_refusal_of_a_credential_is_not_shared_by_caches(tenant: Tenant) -> None:
    answer = APIClient(HTTP_X_API_KEY="igny8_wrong").get(KEYWORDS)
    assert answer.status_code == 401
    assert answer["Cache-Control"] == "private, no-store"
    assert "X-API-Key" in answer.get("Vary", "")
