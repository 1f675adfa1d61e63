"""API keys: shown once, hashed, rotated, dated, and stopped with their site."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from igny8_core.auth import middleware, services
from igny8_core.auth.models import ApiKey, Role, Site
from igny8_core.common.clock import utc_now
from igny8_core.common.text import digest
from igny8_core.testing.clients import client_of, client_of_key
from igny8_core.testing.factories import Tenant, site_make, user_make

pytestmark = pytest.mark.django_db(transaction=True)

KEYS, SITES = "/api/v1/account/api-keys/", "/api/v1/account/sites/"
BODY = {"name": "importer", "scopes": ["account:read", "planner:write"]}


@pytest.fixture(autouse=True)
def _notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "_KEY_NOTED", {})


def _made(tenant: Tenant, **more: object) -> dict:
    answer = client_of(tenant.owner).post(KEYS, {**BODY, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


def test_secret_is_shown_once_and_kept_as_a_digest(tenant: Tenant) -> None:
    made = _made(tenant)
    assert made["secret"].startswith(made["prefix"])
    row = ApiKey.objects.get()
    assert row.secret_hash == digest(made["secret"])
    client = client_of(tenant.owner)
    for shown in (client.get(KEYS), client.get(f"{KEYS}{made['id']}/")):
        assert made["secret"] not in shown.content.decode()
        assert row.secret_hash not in shown.content.decode()


def test_rotated_key_has_a_new_secret_and_the_old_one_stops(tenant: Tenant) -> None:
    made = _made(tenant)
    old = client_of_key(made["secret"])
    assert old.get(SITES).status_code == 200
    answer = client_of(tenant.owner).post(f"{KEYS}{made['id']}/rotate/")
    assert answer.status_code == 200, answer.content
    rotated = answer.json()["data"]
    assert (rotated["id"], rotated["scopes"]) == (made["id"], made["scopes"])
    assert old.get(SITES).status_code == 401
    assert client_of_key(rotated["secret"]).get(SITES).status_code == 200


def test_revoked_key_cannot_be_rotated_back_to_life(tenant: Tenant) -> None:
    made = _made(tenant)
    assert client_of(tenant.owner).post(f"{KEYS}{made['id']}/revoke/").status_code == 204
    assert client_of(tenant.owner).post(f"{KEYS}{made['id']}/rotate/").status_code == 404


def test_use_is_dated_with_its_address_even_when_it_was_refused(tenant: Tenant) -> None:
    made, before = _made(tenant), utc_now()
    client = APIClient(REMOTE_ADDR="192.0.2.7")
    client.credentials(HTTP_X_API_KEY=made["secret"])
    assert client.get("/api/v1/billing/balance/").status_code == 403
    row = ApiKey.objects.get()
    assert row.last_used_at is not None
    assert before <= row.last_used_at <= utc_now()
    assert row.last_used_ip == "192.0.2.7"
    shown = client_of(tenant.owner).get(f"{KEYS}{made['id']}/").json()["data"]
    assert shown["last_used_ip"] == "192.0.2.7"


def test_use_is_not_written_at_every_request(tenant: Tenant) -> None:
    client = client_of_key(_made(tenant)["secret"])
    client.get(SITES)
    first = ApiKey.objects.get().last_used_at
    client.get(SITES)
    assert ApiKey.objects.get().last_used_at == first


def test_key_stops_with_its_site_and_lives_again_with_it(tenant: Tenant) -> None:
    other = site_make(tenant)
    client = client_of_key(_made(tenant, site_id=str(other.pk))["secret"])
    assert client.get(SITES).json()["count"] == 1
    assert client_of(tenant.owner).delete(f"{SITES}{other.pk}/").status_code == 204
    assert client.get(SITES).status_code == 401
    assert client.get("/api/v1/account/profile/").status_code == 401
    assert client_of(tenant.owner).post(f"{SITES}{other.pk}/restore/").status_code == 200
    assert client.get(SITES).status_code == 200


def test_key_never_does_more_than_its_person(tenant: Tenant) -> None:
    viewer = user_make(tenant.account, role=Role.VIEWER)
    with tenant.work():
        made = services.api_key_create(
            user=viewer, name="k", scopes=["account:write"], allowed_scopes=["account:write"]
        )
    answer = client_of_key(made.secret).post(SITES, {"name": "n", "domain": "n.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_too_low")
    with tenant.work():
        assert Site.objects.count() == 1


def test_key_ends_at_its_time(tenant: Tenant) -> None:
    made = _made(tenant, expires_at=(utc_now() + timedelta(hours=1)).isoformat())
    client = client_of_key(made["secret"])
    assert client.get(SITES).status_code == 200
    ApiKey.objects.update(expires_at=utc_now() - timedelta(seconds=1), context_version=2)
    assert client.get(SITES).status_code == 401


@pytest.mark.parametrize(
    "body", [{"scopes": []}, {"scopes": ["nowhere:read"]}, {"scopes": ["account:read"], "site_id": "x"}]
)
def test_key_with_bad_scopes_or_site_is_refused(tenant: Tenant, body: dict) -> None:
    assert client_of(tenant.owner).post(KEYS, {"name": "k", **body}).status_code == 400
    assert not ApiKey.objects.exists()
