"""Staff at the door: each use is on record before it happens, tenants never see it, nobody else comes through."""

from typing import Any

import pytest
from django.db import DatabaseError
from rest_framework.test import APIClient

from igny8_core.auth import services
from igny8_core.auth.models import Account, PlanStatus, Role, Site, StaffRole, User
from igny8_core.common.ids import SYSTEM_ACCOUNT_ID
from igny8_core.tenancy import bypass as door
from igny8_core.tenancy.context import TenantContext, context_or_none, tenant_transaction
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant, password_give, staff_make, user_make
from igny8_core.testing.isolation import key_client, unchanged

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])

SITES, STAFF = "/api/v1/account/sites/", "/api/v1/system/staff/"
LISTS = ("accounts", "users", "sites", "jobs", "audit")


def _inside(tenant: Tenant, **more: str) -> dict[str, str]:
    return {"X-Account-ID": str(tenant.account.pk), **more}


def _records() -> list[AuditEvent]:
    with tenant_transaction(TenantContext.of_account(SYSTEM_ACCOUNT_ID)):
        return list(AuditEvent.objects.filter(action__startswith="staff.").order_by("id"))


def test_staff_enter_one_account_and_the_use_is_on_record(tenant: Tenant, stranger: Tenant) -> None:
    staff = staff_make()
    answer = client_of(staff).get(SITES, headers=_inside(tenant, **{"X-Staff-Reason": "ticket 7"}))
    assert [row["id"] for row in answer.json()["results"]] == [str(tenant.site.pk)]
    (record,) = _records()
    assert (record.action, record.actor_id, record.reason) == ("staff.entered", staff.pk, "ticket 7")
    assert record.request_id == answer["X-Request-ID"]
    assert record.detail == {"account_id": tenant.account.pk, "what": f"GET {SITES}"}
    assert context_or_none() is None


@pytest.mark.parametrize(
    ("path", "reason", "noted"),
    [(f"{SITES}%00/", "", f"GET {SITES}\ufffd/"), (SITES, "a\x00b", "a\ufffdb")],
    ids=["path", "reason"],
)
def test_nul_in_what_is_recorded_is_no_defect(tenant: Tenant, path: str, reason: str, noted: str) -> None:
    client, headers = client_of(staff_make()), {"X-Staff-Reason": reason} if reason else {}
    for account_id, action in ((str(tenant.account.pk), "staff.entered"), ("0", "staff.entry_refused")):
        answer = client.get(path, headers={"X-Account-ID": account_id, **headers})
        assert answer.status_code < 500, answer.content
        assert (_records()[-1].action, _records()[-1].reason) == (action, noted)


def test_without_the_header_staff_see_the_system_account_alone(tenant: Tenant) -> None:
    assert client_of(staff_make()).get(SITES).json()["count"] == 0
    assert _records() == []


def test_admin_of_the_staff_may_write_and_the_account_sees_who(tenant: Tenant) -> None:
    staff = staff_make(StaffRole.ADMIN)
    body = {"name": "New", "domain": "new.example"}
    answer = client_of(staff).post(SITES, body, headers=_inside(tenant))
    assert answer.status_code == 201, answer.content
    with tenant.work():
        assert AuditEvent.objects.get(action="site.created").actor_id == staff.pk


@pytest.mark.parametrize("role", [StaffRole.DEVELOPER, StaffRole.SYSTEM_BOT])
def test_other_staff_look_and_do_not_touch_and_the_attempt_is_on_record(
    tenant: Tenant, role: StaffRole
) -> None:
    client = client_of(staff_make(role))
    with unchanged(tenant):
        assert client.get(SITES, headers=_inside(tenant)).status_code == 200
        answer = client.post(SITES, {"name": "n", "domain": "n.example"}, headers=_inside(tenant))
    assert (answer.status_code, answer.json()["code"]) == (403, "staff_reads_only")
    assert [record.action for record in _records()] == ["staff.entered", "staff.entry_refused"]


def test_record_outlives_a_refused_request(tenant: Tenant) -> None:
    client = client_of(staff_make(StaffRole.ADMIN))
    assert client.post(SITES, {"name": ""}, headers=_inside(tenant)).status_code == 400
    assert [record.action for record in _records()] == ["staff.entered"]


@pytest.mark.parametrize("wanted", ["7", "", "x", "-1", "1" * 30, "1 OR 1=1", "²", str(SYSTEM_ACCOUNT_ID)])
def test_account_that_is_missing_or_the_staffs_own_cannot_be_entered(wanted: str) -> None:
    answer = client_of(staff_make(StaffRole.ADMIN)).get(SITES, headers={"X-Account-ID": wanted})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Cache-Control"] == "private, no-store"
    (record,) = _records()
    assert record.action == "staff.entry_refused"
    assert len(record.detail["wanted"]) <= 16


def test_use_without_a_record_does_not_happen(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(door, "audit_write", fail)
    client = client_of(staff_make(StaffRole.ADMIN))
    with unchanged(tenant):
        answers = [
            client.get(SITES, headers=_inside(tenant)),
            client.post(SITES, {"name": "n", "domain": "n.example"}, headers=_inside(tenant)),
            client.get(f"{STAFF}accounts/"),
            client.get(SITES, headers={"X-Account-ID": "7"}),
        ]
    for answer in answers:
        assert answer.status_code == 500
        assert tenant.account.name not in answer.content.decode()
        assert "disk full" not in answer.content.decode()


def test_tenants_neither_see_nor_change_the_record(tenant: Tenant) -> None:
    client_of(staff_make()).get(SITES, headers=_inside(tenant))
    assert client_of(tenant.owner).get("/api/v1/account/audit/").json()["count"] == 0
    (record,) = _records()
    assert client_of(tenant.owner).get(f"/api/v1/account/audit/{record.pk}/").status_code == 404


@pytest.mark.parametrize("kind", ["owner", "admin", "superuser", "staff role in a tenant", "key"])
def test_nobody_but_staff_comes_through(tenant: Tenant, stranger: Tenant, kind: str) -> None:
    person = tenant.owner if kind in ("owner", "key") else user_make(tenant.account, role=Role.ADMIN)
    if kind == "superuser":
        User.objects.filter(pk=person.pk).update(is_superuser=True)
    if kind == "staff role in a tenant":
        User.objects.filter(pk=person.pk).update(staff_role=StaffRole.ADMIN)
    client = key_client(person) if kind == "key" else client_of(User.objects.get(pk=person.pk))
    answer = client.get(SITES, headers=_inside(stranger))
    assert [row["id"] for row in answer.json()["results"]] == [str(tenant.site.pk)]
    for name in LISTS:
        refused = client.get(f"{STAFF}{name}/")
        assert (refused.status_code, refused.json()["code"]) == (403, "staff_only"), name
    assert client.post("/api/v1/billing/suspend/", {"reason": "x"}).status_code == 403
    assert _records() == []


def test_superuser_of_the_system_account_without_a_staff_role_is_nobody(stranger: Tenant) -> None:
    user = user_make(Account.objects.get(is_system=True), role=Role.ADMIN)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    client = client_of(User.objects.get(pk=user.pk))
    assert client.get(SITES, headers=_inside(stranger)).json()["count"] == 0
    assert client.get(f"{STAFF}accounts/").status_code == 403


def test_createsuperuser_makes_staff_of_the_system_account() -> None:
    user = User.objects.create_superuser("Root@Example.test", "a-long-test-passphrase")
    assert (user.account_id, user.staff_role, user.email) == (SYSTEM_ACCOUNT_ID, "admin", "root@example.test")
    assert user.is_staff_member


@pytest.mark.parametrize("name", LISTS)
def test_lists_reach_across_accounts_and_are_on_record(tenant: Tenant, stranger: Tenant, name: str) -> None:
    for one in (tenant, stranger):
        with one.work():
            Job.objects.create(kind="x.y", request_id="r", payload={"secret": "of-the-job"})
            services.site_update(Site.objects.get(pk=one.site.pk), name="Renamed")
    password_give(tenant.owner)
    client = client_of(staff_make(StaffRole.SYSTEM_BOT))
    answer = client.get(f"{STAFF}{name}/", headers={"X-Staff-Reason": "count"})
    assert answer.status_code == 200, answer.content
    accounts = {row.get("account_id", row["id"]) for row in answer.json()["results"]}
    assert {tenant.account.pk, stranger.account.pk} <= accounts
    for hidden in ("argon2", "of-the-job"):
        assert hidden not in answer.content.decode()
    (record,) = _records()
    assert (record.action, record.reason) == ("staff.listed", "count")
    walked = client.get(f"{STAFF}{name}/?cursor=&page_size=1").json()
    again = client.get(walked["next"]).json()
    assert walked["results"] != again["results"]
    assert client.get(f"{STAFF}{name}/?cursor=zzz").status_code == 400
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"{STAFF}{name}/").status_code == 405
    assert client.get(f"{STAFF}{name}/1/").status_code == 404


def test_lists_are_narrowed_to_one_account(tenant: Tenant, stranger: Tenant) -> None:
    client = client_of(staff_make())
    answer = client.get(f"{STAFF}sites/?account={tenant.account.pk}").json()
    assert [row["id"] for row in answer["results"]] == [str(tenant.site.pk)]
    for bad in ("account=x", "account=-1", f"account={2**70}", "nonsense=1", "ordering=account__name"):
        assert client.get(f"{STAFF}sites/?{bad}").status_code == 400, bad
    assert client.get(f"{STAFF}sites/", headers=_inside(tenant)).json()["code"] == "staff_has_no_name_here"


def test_staff_do_nothing_in_a_members_own_name(tenant: Tenant) -> None:
    client = client_of(password_give(staff_make(StaffRole.ADMIN)))
    probes = [
        ("/api/v1/account/api-keys/", {"name": "k", "scopes": ["account:read"]}),
        ("/api/v1/account/invitations/", {"email": "x@example.test", "role": "admin"}),
        ("/api/v1/auth/password/", {"old_password": "x", "new_password": "y"}),
        ("/api/v1/account/ownership/", {"user_id": str(tenant.member.pk), "password": "x"}),
    ]
    with unchanged(tenant):
        for path, body in probes:
            assert client.post(path, body, headers=_inside(tenant)).status_code == 403, path


def test_suspension_by_staff_stops_everything_and_is_undone(tenant: Tenant) -> None:
    staff, owner, key = (
        client_of(staff_make(StaffRole.ADMIN)),
        client_of(tenant.owner),
        key_client(tenant.owner),
    )
    assert [owner.get(SITES).status_code, key.get(SITES).status_code] == [200, 200]
    body = {"reason": "unpaid"}
    assert staff.post("/api/v1/billing/suspend/", body, headers=_inside(tenant)).status_code == 200
    for client in (owner, key):
        refused = client.get(SITES)
        assert (refused.status_code, refused.json()["code"]) == (403, "plan_inactive")
    assert staff.get(SITES, headers=_inside(tenant)).status_code == 200, "staff still look inside"
    assert staff.post("/api/v1/billing/reactivate/", body, headers=_inside(tenant)).status_code == 200
    assert [owner.get(SITES).status_code, key.get(SITES).status_code] == [200, 200]
    with tenant.work():
        events = list(AuditEvent.objects.filter(action__startswith="plan.").order_by("id"))
    assert [(event.action, event.reason) for event in events] == [
        ("plan.suspended", "unpaid"),
        ("plan.reactivated", "unpaid"),
    ]


def test_system_account_cannot_be_suspended(tenant: Tenant) -> None:
    answer = client_of(staff_make(StaffRole.ADMIN)).post("/api/v1/billing/suspend/", {"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "system_account_protected")
    assert Account.objects.get(is_system=True).plan_status == PlanStatus.ACTIVE


def test_staff_key_and_session_enter_under_the_same_rules(tenant: Tenant) -> None:
    staff = staff_make(StaffRole.ADMIN)
    key = key_client(staff, scopes=["account:read"])
    assert key.get(SITES, headers=_inside(tenant)).json()["count"] == 1
    refused = key.post(SITES, {"name": "n", "domain": "n.example"}, headers=_inside(tenant))
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    console = APIClient(raise_request_exception=False)
    console.force_login(staff)
    assert console.get(SITES, headers=_inside(tenant)).json()["count"] == 1


def test_staff_whose_role_ends_are_out_at_once(tenant: Tenant) -> None:
    staff = staff_make(StaffRole.ADMIN)
    client = client_of(staff)
    assert client.get(SITES, headers=_inside(tenant)).status_code == 200
    with tenant_transaction(TenantContext.of_account(SYSTEM_ACCOUNT_ID)):
        services.user_update(staff, staff_role="")
    assert client.get(SITES, headers=_inside(tenant)).status_code == 401


def test_ordinary_account_cannot_become_the_systems_nor_staff_through_a_body(tenant: Tenant) -> None:
    with pytest.raises(DatabaseError):
        Account.objects.filter(pk=tenant.account.pk).update(is_system=True)
    body = {"staff_role": "admin"}
    answer = client_of(tenant.owner).patch(f"/api/v1/account/members/{tenant.member.pk}/", body)
    assert answer.status_code == 400


def test_answer_inside_equals_the_owners(tenant: Tenant) -> None:
    inside = client_of(staff_make()).get(SITES, headers=_inside(tenant))
    assert without_request_id(inside) == without_request_id(client_of(tenant.owner).get(SITES))
