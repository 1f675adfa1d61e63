"""Team, keys and the audit trail in the console."""

import re

import pytest

from igny8_core.auth.models import ApiKey, Invitation, Role, User
from igny8_core.auth.principals import PRINCIPALS
from igny8_core.auth.services import api_key_create, invitation_create
from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.tenancy.audit import audit_write
from igny8_core.testing.clients import browser_of, client_of_key
from igny8_core.testing.factories import Tenant, site_make, user_make

pytestmark = pytest.mark.django_db

PAGES = ["/team/", "/team/invitations/", "/team/keys/", "/audit/"]


def test_owner_invites_and_takes_back(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    answer = client.post("/team/", {"email": "New@Team.example", "role": "editor"})
    assert said(answer, client) == "An invitation is on its way to new@team.example."
    with tenant.work():
        row = Invitation.objects.get()
    assert (row.role, row.all_sites) == ("editor", True)
    assert "new@team.example" in page_text(client, "/team/invitations/")
    again = client.post("/team/invitations/resend/", {"id": [str(row.pk)]})
    assert said(again, client) == "1 invitation is sent again."
    gone = client.post("/team/invitations/revoke/", {"id": [str(row.pk)]})
    assert said(gone, client) == "1 invitation is taken back."
    with tenant.work():
        assert not Invitation.objects.exists()
    assert client.post("/team/", {"email": "nobody", "role": "owner"}).status_code == 400


def test_member_is_limited_to_sites_and_freed_again(tenant: Tenant) -> None:
    other = site_make(tenant)
    client, address = browser_of(tenant.owner), f"/team/{tenant.member.pk}/"
    client.post(address, {"role": "viewer", "site_ids": [str(other.pk)]})
    member = User.objects.get(pk=tenant.member.pk)
    assert (member.role, member.all_sites) == (Role.VIEWER, False)
    assert other.name in page_text(client, "/team/")
    client.post(address, {"role": "editor"})
    member.refresh_from_db()
    assert (member.role, member.all_sites) == (Role.EDITOR, True)


def test_member_is_kept_out_let_in_and_removed(tenant: Tenant) -> None:
    client, theirs = browser_of(tenant.owner), browser_of(tenant.member)
    client.post("/team/active/", {"is_active": "0", "only": str(tenant.member.pk)})
    assert theirs.get("/").status_code == 302
    assert theirs.get("/")["Location"] == "/sign-in/"
    assert "Let in" in page_text(client, f"/team/{tenant.member.pk}/")
    client.post("/team/active/", {"is_active": "1", "only": str(tenant.member.pk)})
    assert User.objects.get(pk=tenant.member.pk).is_active
    client.post(f"/team/{tenant.member.pk}/remove/")
    assert User.objects.get(pk=tenant.member.pk).removed_at is not None
    assert client.get(f"/team/{tenant.member.pk}/").status_code == 404


def test_members_are_found_by_address(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    body = page_text(client, f"/team/?search={tenant.viewer.email}")
    assert f"/team/{tenant.viewer.pk}/" in body
    assert f"/team/{tenant.member.pk}/" not in body
    assert "Nothing matches" in page_text(client, "/team/?search=nobody")


def test_owner_and_oneself_are_out_of_reach(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    answer = client.post(f"/team/{tenant.owner.pk}/remove/")
    assert "cannot be changed here" in said(answer, client)
    assert User.objects.get(pk=tenant.owner.pk).removed_at is None
    assert "not changed here" in page_text(client, f"/team/{tenant.owner.pk}/")


def test_key_is_shown_once_works_rotates_and_stops(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    made = client.post("/team/keys/new/", {"name": "Robot", "scopes": ["planner:read"]})
    assert made.status_code == 201
    secret = re.search(r'class="secret">([^<]+)<', made.content.decode())[1]
    assert client_of_key(secret).get("/api/v1/planner/keywords/").status_code == 200
    assert secret not in page_text(client, "/team/keys/")
    with tenant.work():
        key = ApiKey.objects.get()
    rotated = client.post(f"/team/keys/{key.pk}/rotate/")
    PRINCIPALS.clear()  # inside a test's transaction no BEGIN asks for the versions
    newer = re.search(r'class="secret">([^<]+)<', rotated.content.decode())[1]
    assert client_of_key(secret).get("/api/v1/planner/keywords/").status_code == 401
    assert client_of_key(newer).get("/api/v1/planner/keywords/").status_code == 200
    stopped = client.post("/team/keys/revoke/", {"id": [str(key.pk)]})
    assert said(stopped, client) == "1 key has stopped."
    PRINCIPALS.clear()
    assert client_of_key(newer).get("/api/v1/planner/keywords/").status_code == 401


def test_key_needs_a_right(tenant: Tenant) -> None:
    answer = browser_of(tenant.owner).post("/team/keys/new/", {"name": "Robot"})
    assert answer.status_code == 400
    assert not ApiKey.objects.filter(account_id=tenant.account.pk).exists()


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_admins_of_the_whole_account(tenant: Tenant, page: str) -> None:
    answer = browser_of(tenant.member).get(page)
    assert answer.status_code == 403
    assert "Not for your role" in answer.content.decode()
    assert page not in browser_of(tenant.member).get(f"/sites/{tenant.site.pk}/").content.decode()


def test_member_changes_nobody(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    client.post(f"/team/{tenant.viewer.pk}/remove/")
    client.post("/team/", {"email": "x@team.example", "role": "admin"})
    assert User.objects.get(pk=tenant.viewer.pk).removed_at is None
    with tenant.work():
        assert not Invitation.objects.exists()


def test_stranger_finds_nobody(tenant: Tenant, stranger: Tenant) -> None:
    client = browser_of(stranger.owner)
    for path in (f"/team/{tenant.member.pk}/", f"/team/{tenant.owner.pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/team/{tenant.member.pk}/remove/").status_code == 404
    assert User.objects.get(pk=tenant.member.pk).removed_at is None


def test_audit_is_narrowed_by_action_person_and_day(tenant: Tenant) -> None:
    with tenant.work():
        audit_write("article.edited", row=tenant.site, detail={"fields": ["title"]})
        audit_write("run.started", row=tenant.site)
    client = browser_of(tenant.owner)
    body = page_text(client, "/audit/?search=article")
    assert "article.edited" in body
    assert "run.started" not in body
    assert "Nothing matches" in page_text(client, f"/audit/?actor_id={tenant.viewer.pk}")
    assert "Nothing matches" in page_text(client, "/audit/?until=2020-01-01")
    assert "run.started" in page_text(client, "/audit/?since=2020-01-01")


@pytest.mark.parametrize("page", PAGES)
def test_pages_cost_the_same_with_one_row_and_fifty(tenant: Tenant, page: str) -> None:
    numbers = iter(range(100))

    def fill(count: int) -> None:
        for _ in range(count):
            n = next(numbers)
            user_make(tenant.account)
            with tenant.work():
                invitation_create(email=f"a{n}@team.example", role=Role.EDITOR, by=tenant.owner)
                api_key_create(
                    user=tenant.owner, name=f"k{n}", scopes=["planner:read"], allowed_scopes=["planner:read"]
                )

    few, many = queries_with_1_and_50(browser_of(tenant.owner), page, fill)
    assert few == many


def test_every_id_stands_once_on_the_members_page(tenant: Tenant) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page_text(browser_of(tenant.owner), "/team/"))
    assert sorted(ids) == sorted(set(ids))
    assert {"id_role", "invite_role"} <= set(ids)
