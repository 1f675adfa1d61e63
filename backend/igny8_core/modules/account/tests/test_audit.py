"""The audit trail: complete, exported whole, and nobody's to change."""

import csv
import io
from typing import Any

import pytest

from igny8_core.auth import services
from igny8_core.auth.models import Role, Site, User
from igny8_core.tenancy import csv_stream
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import context_or_none
from igny8_core.tenancy.errors import StaleContext
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, user_make
from igny8_core.testing.isolation import key_client, marker_of, row_make

pytestmark = pytest.mark.django_db(transaction=True)

AUDIT = "/api/v1/account/audit/"
EXPORT = f"{AUDIT}export/"


def _lines(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def _events(tenant: Tenant, count: int) -> None:
    with tenant.work():
        for number in range(count):
            audit_write("probe.done", row=tenant.site, detail={"number": number})


def test_export_holds_exactly_the_own_events_oldest_first(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_stream, "BATCH", 3)
    _events(tenant, 7)
    _events(stranger, 2)
    lines = _lines(client_of(tenant.owner).get(EXPORT))
    assert [line["detail"] for line in lines] == [f'{{"number":{number}}}' for number in range(7)]
    assert context_or_none() is None


def test_export_of_exactly_one_batch_and_of_nothing_ends(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_stream, "BATCH", 2)
    assert _lines(client_of(tenant.owner).get(EXPORT)) == []
    _events(tenant, 4)
    assert len(_lines(client_of(tenant.owner).get(EXPORT))) == 4


def test_export_obeys_the_lists_filters_and_shows_nothing_of_a_stranger(
    tenant: Tenant, stranger: Tenant
) -> None:
    from igny8_core.tenancy.models import AuditEvent

    _events(tenant, 2)
    with tenant.work():
        audit_write("other.done")
    theirs = row_make(AuditEvent, stranger)
    client = client_of(tenant.owner)
    assert [line["action"] for line in _lines(client.get(f"{EXPORT}?action=other.done"))] == ["other.done"]
    for name, value in {"object_id": theirs.object_id, "actor_id": str(stranger.owner.pk)}.items():
        response = client.get(f"{EXPORT}?{name}={value}")
        assert _lines(response) == []
        assert marker_of(stranger) not in str(response.headers)
    for bad in ("nonsense=1", "account=1", "since=x", "page=2"):
        assert client.get(f"{EXPORT}?{bad}").status_code in (200, 400)
    assert client.get(f"{EXPORT}?nonsense=1").status_code == 400
    assert client.get(f"{EXPORT}?since=x").status_code == 400


def test_export_breaks_off_when_the_right_to_it_ends(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_stream, "BATCH", 2)
    _events(tenant, 5)
    admin = user_make(tenant.account, role=Role.ADMIN)
    stream = client_of(admin).get(EXPORT).streaming_content
    first = [next(stream) for _ in range(3)]
    assert len(first) == 3
    with tenant.work():
        services.user_update(User.objects.get(pk=admin.pk), is_active=False)
    with pytest.raises(StaleContext):
        list(stream)
    assert context_or_none() is None


def test_export_is_safe_in_a_spreadsheet(tenant: Tenant) -> None:
    with tenant.work():
        audit_write("probe.done", reason="=HYPERLINK(1)")
        audit_write("probe.done", reason='a "quoted", reason')
    reasons = [line["reason"] for line in _lines(client_of(tenant.owner).get(EXPORT))]
    assert reasons == ["'=HYPERLINK(1)", 'a "quoted", reason']


def test_export_is_for_admins_of_the_whole_account(tenant: Tenant) -> None:
    for client, code in (
        (client_of(tenant.member), "role_too_low"),
        (key_client(tenant.owner, site=tenant.site), "site_scope_too_narrow"),
        (key_client(tenant.owner, scopes=["planner:read"]), "scope_missing"),
    ):
        refused = client.get(EXPORT)
        assert (refused.status_code, refused.json()["code"]) == (403, code)


def test_what_people_do_to_the_account_is_on_record(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    site = client.post("/api/v1/account/sites/", {"name": "n", "domain": "n.example"}).json()["data"]["id"]
    client.patch(f"/api/v1/account/sites/{site}/", {"name": "m"})
    client.delete(f"/api/v1/account/sites/{site}/")
    client.post(f"/api/v1/account/sites/{site}/restore/")
    client.post("/api/v1/account/sectors/", {"site": site, "name": "s"})
    client.patch("/api/v1/account/profile/", {"retention_days": 7})
    client.patch(f"/api/v1/account/members/{tenant.member.pk}/", {"role": "viewer"})
    client.delete(f"/api/v1/account/members/{tenant.viewer.pk}/")
    client.post("/api/v1/account/invitations/", {"email": "x@example.test", "role": "viewer"})
    key = client.post("/api/v1/account/api-keys/", {"name": "k", "scopes": ["account:read"]}).json()["data"]
    client.post(f"/api/v1/account/api-keys/{key['id']}/rotate/")
    client.post(f"/api/v1/account/api-keys/{key['id']}/revoke/")
    lines = _lines(client.get(EXPORT))
    assert {line["actor_id"] for line in lines} == {str(tenant.owner.pk)}
    assert {line["action"] for line in lines} >= {
        "site.created",
        "site.changed",
        "site.deleted",
        "site.restored",
        "sector.created",
        "account.changed",
        "user.changed",
        "user.removed",
        "invitation.created",
        "api_key.created",
        "api_key.rotated",
        "api_key.revoked",
    }
    assert key["secret"] not in str(lines)
    assert all(line["request_id"] for line in lines)
    with tenant.work():
        assert Site.objects.filter(pk=site).exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_trail_has_no_way_to_be_written(tenant: Tenant, method: str) -> None:
    _events(tenant, 1)
    client = client_of(tenant.owner)
    row = client.get(AUDIT).json()["results"][0]["id"]
    for path in (AUDIT, f"{AUDIT}{row}/"):
        assert getattr(client, method)(path, {}).status_code == 405
