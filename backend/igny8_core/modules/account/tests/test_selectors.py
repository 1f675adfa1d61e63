"""Lists and the usage as the console and the API show them: the own account's, by name, at a fixed cost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth import services
from igny8_core.auth.models import Plan, Role, SiteUserAccess, User
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.account.selectors import (
    api_key_list,
    audit_list,
    invitation_list,
    member_get,
    member_list,
    usage_get,
)
from igny8_core.modules.account.types import AuditQuery, UsageLine
from igny8_core.modules.billing.services import credits_capture, credits_grant, credits_hold
from igny8_core.modules.planner.models import Keyword
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TenantContext, tenant_transaction
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make, user_make
from igny8_core.testing.isolation import key_client, limited_user, row_make, unchanged

pytestmark = pytest.mark.django_db

MEMBERS, USAGE = "/api/v1/account/members/", "/api/v1/account/usage/"


def test_members_are_listed_with_the_sites_that_they_see(tenant: Tenant, stranger: Tenant) -> None:
    limited = limited_user(tenant, tenant.site)
    with tenant.work():
        services.member_remove(tenant.viewer, by=tenant.owner)
        rows = {row.id: row for row in member_list().rows}
        assert set(rows) == {tenant.owner.pk, tenant.member.pk, limited.pk}
        assert (rows[limited.pk].all_sites, rows[limited.pk].site_ids) == (False, (tenant.site.pk,))
        assert (rows[tenant.owner.pk].all_sites, rows[tenant.owner.pk].site_ids) == (True, ())
        assert [row.id for row in member_list(search=limited.email[:-8]).rows] == [limited.pk]
        assert member_get(limited.pk) == rows[limited.pk]
        for row_id in (stranger.owner.pk, tenant.viewer.pk, uuid4()):
            with pytest.raises(NotFound):
                member_get(row_id)


def test_api_shows_and_changes_the_sites_of_a_member(tenant: Tenant) -> None:
    client, path = client_of(tenant.owner), f"{MEMBERS}{tenant.member.pk}/"
    other = site_make(tenant)

    def sites() -> tuple[bool, list[str]]:
        shown = client.get(path).json()["data"]
        return shown["all_sites"], shown["site_ids"]

    changed = client.patch(path, {"site_ids": [str(other.pk)]}).json()["data"]
    assert (changed["all_sites"], changed["site_ids"]) == (False, [str(other.pk)]) == sites()
    listed = {row["id"]: row["site_ids"] for row in client.get(MEMBERS).json()["results"]}
    assert listed == {
        str(tenant.owner.pk): [],
        str(tenant.viewer.pk): [],
        str(tenant.member.pk): [str(other.pk)],
    }
    for wrong in ({"all_sites": False}, {"all_sites": True, "site_ids": [str(other.pk)]}):
        assert client.patch(path, wrong).status_code == 400
    assert sites() == (False, [str(other.pk)])
    assert client.patch(path, {"all_sites": True}).status_code == 200
    assert sites() == (True, [])
    assert not SiteUserAccess.objects.filter(user=tenant.member).exists()


def test_opening_every_site_ends_the_tokens_made_for_some(tenant: Tenant) -> None:
    limited = limited_user(tenant, tenant.site)
    before = User.objects.get(pk=limited.pk).token_version
    client_of(tenant.owner).patch(f"{MEMBERS}{limited.pk}/", {"all_sites": True})
    assert User.objects.get(pk=limited.pk).token_version == before + 1


def test_invitations_say_who_invited_and_how_they_stand(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        services.invitation_create(
            by=tenant.owner, email="nora@example.test", role=Role.EDITOR, site_ids=[tenant.site.pk]
        )
        (row,) = invitation_list().rows
    assert (row.email, row.role, row.invited_by, row.state) == (
        "nora@example.test",
        "editor",
        tenant.owner.email,
        "open",
    )
    assert (row.all_sites, row.site_ids) == (False, (tenant.site.pk,))
    with stranger.work():
        assert invitation_list().total == 0


def test_keys_say_whose_they_are_and_whether_they_still_open(tenant: Tenant, stranger: Tenant) -> None:
    def make(name: str, **fields: Any) -> Any:
        return services.api_key_create(
            user=tenant.owner, name=name, scopes=["planner:read"], allowed_scopes=["planner:read"], **fields
        ).key

    with tenant.work():
        make("old", expires_at=utc_now() - timedelta(seconds=1))
        revoked = make("gone")
        services.api_key_revoke(revoked.pk)
        alive = make("site", site_id=tenant.site.pk, expires_at=utc_now() + timedelta(days=1))
        services.api_key_used(alive.pk, address="192.0.2.7")
        rows = {row.name: row for row in api_key_list().rows}
    assert {name: row.state for name, row in rows.items()} == {
        "old": "expired",
        "gone": "revoked",
        "site": "active",
    }
    shown = rows["site"]
    assert (shown.user, shown.site, shown.scopes) == (
        tenant.owner.email,
        tenant.site.domain,
        ("planner:read",),
    )
    assert (shown.last_used_ip, shown.last_used_at is not None) == ("192.0.2.7", True)
    with stranger.work():
        assert api_key_list().total == 0


def test_trail_is_narrowed_and_names_people(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        first = audit_write("probe.first", row=tenant.site)
        audit_write("probe.second")
    with tenant_transaction(TenantContext.of_account(tenant.account.pk)):
        audit_write("probe.nobody")
    with stranger.work():
        audit_write("probe.first")
    with tenant.work():
        page = audit_list()
        assert [row.action for row in page.rows][:3] == ["probe.nobody", "probe.second", "probe.first"]
        assert [row.actor for row in page.rows][:3] == ["", tenant.owner.email, tenant.owner.email]
        for query, count in (
            (AuditQuery(action="probe.first"), 1),
            (AuditQuery(actor_id=tenant.owner.pk), 2),
            (AuditQuery(object_id=str(tenant.site.pk)), 1),
            (AuditQuery(since=first.created_at, action="probe.second"), 1),
            (AuditQuery(until=first.created_at, action="probe.second"), 0),
        ):
            assert audit_list(query).total == count, query


def test_usage_counts_what_the_plan_limits(tenant: Tenant, stranger: Tenant) -> None:
    site_make(tenant)
    for one in (tenant, stranger):
        row_make(Keyword, one)
    user_make(tenant.account)
    with tenant.work():
        services.user_update(User.objects.get(pk=tenant.viewer.pk), is_active=False)
        credits_grant(50, reason="r", idempotency_key="g")
        hold = credits_hold(9, operation="writer.section", idempotency_key="1")
        credits_capture(hold.pk, amount=7)
        credits_hold(9, operation="writer.section", idempotency_key="2")
        usage = usage_get()
    plan = Plan.objects.get(code="agency")
    assert usage.sites == UsageLine(used=2, limit=plan.max_sites)
    assert usage.users == UsageLine(used=3, limit=plan.max_users)
    assert usage.keywords == UsageLine(used=1, limit=plan.max_keywords)
    assert usage.credits == UsageLine(used=7, limit=plan.monthly_credits)
    shown = client_of(tenant.owner).get(USAGE).json()["data"]
    assert shown["keywords"] == {"used": 1, "limit": plan.max_keywords}
    assert shown["since"].endswith("-01T00:00:00Z")


def test_usage_is_for_admins_of_the_whole_account(tenant: Tenant) -> None:
    for client, status, code in (
        (client_of(tenant.member), 403, "role_too_low"),
        (client_of(limited_user(tenant, tenant.site)), 403, "site_scope_too_narrow"),
        (key_client(tenant.owner, scopes=["planner:read"]), 403, "scope_missing"),
        (client_of(None), 401, "not_authenticated"),
    ):
        answer = client.get(USAGE)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("days", [0, 366, -1, "x", None])
def test_retention_outside_its_bounds_is_refused(tenant: Tenant, days: object) -> None:
    client = client_of(tenant.owner)
    with unchanged(tenant):
        assert client.patch("/api/v1/account/profile/", {"retention_days": days}).status_code == 400


@pytest.mark.parametrize("read", [member_list, api_key_list, audit_list, invitation_list])
def test_list_costs_the_same_with_one_and_with_twenty_rows(tenant: Tenant, read: Callable[[], Any]) -> None:
    counts = []
    for rows in (1, 20):
        for number in range(rows):
            limited_user(tenant, tenant.site)
            key_client(tenant.owner, site=tenant.site)
            with tenant.work():
                services.invitation_create(
                    by=tenant.owner, email=f"n{rows}-{number}@example.test", role=Role.EDITOR
                )
        with tenant.work(), CaptureQueriesContext(connection) as queries:
            assert len(read().rows) >= rows
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_list_of_members_over_http_costs_the_same(tenant: Tenant) -> None:
    client, counts = client_of(tenant.owner), []
    for rows in (1, 20):
        for _ in range(rows):
            limited_user(tenant, tenant.site)
        client.get(MEMBERS)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{MEMBERS}?page_size=100").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
