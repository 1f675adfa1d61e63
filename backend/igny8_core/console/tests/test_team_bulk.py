"""Filters and bulk bars of the team's lists: all or none, with a way back where there is one."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from igny8_core.auth.models import ApiKey, Invitation, Role, User
from igny8_core.auth.services import api_key_create, api_key_revoke, invitation_create, member_change
from igny8_core.common.clock import utc_now
from igny8_core.console.tests.helpers import page_text, said
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, user_make

pytestmark = pytest.mark.django_db

REACH = "The owner and your own membership cannot be changed here."


def role_of(user: User) -> str:
    return str(User.objects.get(pk=user.pk).role)


def key_make(tenant: Tenant, name: str, *, days: int | None = None) -> UUID:
    expires_at = None if days is None else utc_now() + timedelta(days=days)
    with tenant.work():
        made = api_key_create(
            user=tenant.owner,
            name=name,
            scopes=["planner:read"],
            allowed_scopes=["planner:read"],
            expires_at=expires_at,
        )
    return made.key.pk


def invite(tenant: Tenant, email: str, *, role: Role = Role.EDITOR) -> UUID:
    with tenant.work():
        return invitation_create(email=email, role=role, by=tenant.owner).pk


def undo_of(client: Client, answer: object) -> str:
    """The address that the message of an action offers."""
    body = client.get(answer["Location"]).content.decode()  # type: ignore[index]  # a response
    return re.search(r'<form method="post" action="(/team/undo/[^"]+)"', body)[1]  # type: ignore[index]  # it is there


class TestMembers:
    def test_are_narrowed_by_role_and_state(self, tenant: Tenant) -> None:
        client = browser_of(tenant.owner)
        with tenant.work():
            member_change(tenant.viewer, by=tenant.owner, is_active=False)
        for query, shown in (
            ("role=editor", {tenant.member}),
            ("state=out", {tenant.viewer}),
            ("state=active", {tenant.owner, tenant.member}),
            ("role=editor&state=out", set()),
        ):
            body = page_text(client, f"/team/?{query}", **{"HX-Request": "true"})
            for user in (tenant.owner, tenant.member, tenant.viewer):
                assert (f'href="/team/{user.pk}/"' in body) is (user in shown), (query, user.email)
            assert ("Nothing matches" in body) is (not shown)

    def test_role_is_given_to_several_and_taken_back(self, tenant: Tenant) -> None:
        client = browser_of(tenant.owner)
        ids = [str(tenant.member.pk), str(tenant.viewer.pk)]
        answer = client.post("/team/role/", {"id": ids, "role": "admin", "next": "/team/?role=admin"})
        assert answer["Location"] == "/team/?role=admin"
        undo = undo_of(client, answer)
        assert (role_of(tenant.member), role_of(tenant.viewer)) == ("admin", "admin")
        assert said(client.post(undo), client) == "Everything is as it was."
        assert (role_of(tenant.member), role_of(tenant.viewer)) == ("editor", "viewer")
        assert client.post(undo).status_code == 404

    @pytest.mark.parametrize("page", ["role", "active", "remove"])
    def test_owner_among_them_keeps_all_as_they_are(self, tenant: Tenant, page: str) -> None:
        admin = user_make(tenant.account, role=Role.ADMIN)
        client = browser_of(admin)
        for untouchable in (tenant.owner, admin):
            ids = [str(tenant.member.pk), str(untouchable.pk)]
            answer = client.post(f"/team/{page}/", {"id": ids, "role": "viewer", "is_active": "0"})
            assert REACH in said(answer, client)
        member = User.objects.get(pk=tenant.member.pk)
        assert (member.role, member.is_active, member.removed_at) == (Role.EDITOR, True, None)

    def test_unknown_or_ownership_is_no_role_to_give(self, tenant: Tenant) -> None:
        client = browser_of(tenant.owner)
        for role in ("owner", "", "king"):
            answer = client.post("/team/role/", {"id": [str(tenant.member.pk)], "role": role})
            assert said(answer, client) == "Choose a role."
        assert role_of(tenant.member) == "editor"

    def test_several_are_kept_out_and_let_in(self, tenant: Tenant) -> None:
        client = browser_of(tenant.owner)
        ids = [str(tenant.member.pk), str(tenant.viewer.pk)]
        answer = client.post("/team/active/", {"id": ids, "is_active": "0"})
        undo = undo_of(client, answer)
        assert User.objects.filter(pk__in=ids, is_active=True).count() == 0
        client.post(undo)
        assert User.objects.filter(pk__in=ids, is_active=True).count() == 2

    def test_several_are_removed(self, tenant: Tenant) -> None:
        client = browser_of(tenant.owner)
        ids = [str(tenant.member.pk), str(tenant.viewer.pk)]
        answer = client.post("/team/remove/", {"id": ids})
        assert said(answer, client) == "2 people are no longer members."
        assert User.objects.filter(pk__in=ids, removed_at=None).count() == 0
        assert "Remove these people for good?" in page_text(client, "/team/")


class TestInvitations:
    def test_are_narrowed_by_state_role_and_address(self, tenant: Tenant) -> None:
        old = invite(tenant, "old@team.example", role=Role.VIEWER)
        invite(tenant, "new@team.example")
        with tenant.work():
            Invitation.objects.filter(pk=old).update(expires_at=utc_now())
        client = browser_of(tenant.owner)
        for query, shown in (
            ("state=open", "new"),
            ("state=expired", "old"),
            ("role=viewer", "old"),
            ("search=new@", "new"),
        ):
            body = page_text(client, f"/team/invitations/?{query}")
            for name in ("old", "new"):
                assert (f"{name}@team.example</span>" in body) is (name == shown), query
        assert "Nothing matches" in page_text(client, "/team/invitations/?state=accepted")

    def test_without_any_the_page_says_how_to_begin(self, tenant: Tenant) -> None:
        assert "Nobody is invited" in page_text(browser_of(tenant.owner), "/team/invitations/")

    def test_several_are_sent_again_and_taken_back(self, tenant: Tenant) -> None:
        ids = [str(invite(tenant, f"a{n}@team.example")) for n in range(2)]
        client = browser_of(tenant.owner)
        assert (
            said(client.post("/team/invitations/resend/", {"id": ids}), client)
            == "2 invitations are sent again."
        )
        assert (
            said(client.post("/team/invitations/revoke/", {"id": ids}), client)
            == "2 invitations are taken back."
        )
        with tenant.work():
            assert not Invitation.objects.exists()

    def test_one_that_was_taken_up_keeps_all(self, tenant: Tenant) -> None:
        ids = [invite(tenant, f"a{n}@team.example") for n in range(2)]
        with tenant.work():
            Invitation.objects.filter(pk=ids[1]).update(accepted_at=utc_now())
        client = browser_of(tenant.owner)
        answer = client.post("/team/invitations/revoke/", {"id": [str(one) for one in ids]})
        assert said(answer, client) == "This invitation was taken up already."
        with tenant.work():
            assert Invitation.objects.count() == 2


class TestKeys:
    def test_are_narrowed_by_state_person_and_name(self, tenant: Tenant) -> None:
        key_make(tenant, "Alive")
        key_make(tenant, "Late", days=-1)
        stopped = key_make(tenant, "Stopped")
        with tenant.work():
            api_key_revoke(stopped)
        client = browser_of(tenant.owner)
        for query, shown in (
            ("state=active", "Alive"),
            ("state=expired", "Late"),
            ("state=revoked", "Stopped"),
            ("search=ali", "Alive"),
            (f"user_id={tenant.member.pk}", ""),
        ):
            body = page_text(client, f"/team/keys/?{query}")
            for name in ("Alive", "Late", "Stopped"):
                assert (f'"title">{name}<' in body) is (name == shown), query

    def test_without_any_the_page_says_how_to_begin(self, tenant: Tenant) -> None:
        assert "No keys yet" in page_text(browser_of(tenant.owner), "/team/keys/")

    def test_several_stop_or_none(self, tenant: Tenant, stranger: Tenant) -> None:
        ids = [str(key_make(tenant, f"k{n}")) for n in range(2)]
        client = browser_of(tenant.owner)
        for foreign in (key_make(stranger, "theirs"), uuid4()):
            assert client.post("/team/keys/revoke/", {"id": [*ids, str(foreign)]}).status_code == 404
        assert ApiKey.objects.filter(revoked_at=None).count() == 3
        assert said(client.post("/team/keys/revoke/", {"id": ids}), client) == "2 keys have stopped."
        assert ApiKey.objects.filter(pk__in=ids, revoked_at=None).count() == 0


@pytest.mark.parametrize(
    "page",
    ["role", "active", "remove", "invitations/resend", "invitations/revoke", "keys/revoke"],
)
def test_member_and_stranger_change_nothing(tenant: Tenant, stranger: Tenant, page: str) -> None:
    rows = {"invitations": invite(tenant, "a@team.example"), "keys": key_make(tenant, "Robot")}
    row_id = rows.get(page.partition("/")[0], tenant.viewer.pk)
    body = {"id": [str(row_id)], "role": "admin", "is_active": "0"}
    member = browser_of(tenant.member)
    assert (
        "Your role does not allow this" in member.post(f"/team/{page}/", body, follow=True).content.decode()
    )
    assert browser_of(stranger.owner).post(f"/team/{page}/", body).status_code == 404
    viewer = User.objects.get(pk=tenant.viewer.pk)
    assert (viewer.role, viewer.is_active, viewer.removed_at) == (Role.VIEWER, True, None)
    assert ApiKey.objects.get(pk=rows["keys"]).revoked_at is None
    with tenant.work():
        assert Invitation.objects.filter(pk=rows["invitations"]).exists()
