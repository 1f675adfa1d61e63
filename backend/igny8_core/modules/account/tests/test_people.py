"""Inviting, joining, removing, handing over: who may, and what ends with it."""

import time
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from igny8_core.auth import services
from igny8_core.auth.models import ApiKey, Invitation, Role, Site, SiteUserAccess, User
from igny8_core.modules.system.models import Notification
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import PASSWORD, Tenant, password_give, site_make, user_make
from igny8_core.testing.isolation import key_client, limited_user, unchanged
from igny8_core.testing.mails import mails_after_jobs, token_in

pytestmark = pytest.mark.django_db(transaction=True)

INVITATIONS, MEMBERS = "/api/v1/account/invitations/", "/api/v1/account/members/"
ACCEPT, OWNERSHIP = "/api/v1/auth/invitations/accept/", "/api/v1/account/ownership/"
BODY = {"email": "Nora@Example.test", "role": "editor"}


def _invited(tenant: Tenant, **more: Any) -> str:
    assert client_of(tenant.owner).post(INVITATIONS, {**BODY, **more}).status_code == 202
    return token_in(mails_after_jobs(tenant.account.pk)[-1])


def _accept(token: str, password: str = PASSWORD) -> Any:
    return APIClient().post(ACCEPT, {"token": token, "name": "Nora", "password": password})


def test_invited_person_joins_with_the_role_and_signs_in(tenant: Tenant) -> None:
    answer = _accept(_invited(tenant))
    assert answer.status_code == 201, answer.content
    user = User.objects.get(email="nora@example.test")
    assert (user.account_id, user.role, user.all_sites, user.name) == (
        tenant.account.pk,
        "editor",
        True,
        "Nora",
    )
    access = answer.json()["data"]["access"]
    assert APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200
    listed = client_of(tenant.owner).get(INVITATIONS).json()["results"]
    assert [row["state"] for row in listed] == ["accepted"]
    with tenant.work():
        event = AuditEvent.objects.get(action="invitation.accepted")
        told = Notification.objects.get()
    assert event.detail == {"user_id": str(user.pk)}
    assert (told.kind, told.text, told.lowest_role) == ("member_joined", "Nora joined the account.", "admin")


def test_invitation_to_some_sites_opens_those_alone(tenant: Tenant) -> None:
    other = site_make(tenant)
    assert _accept(_invited(tenant, site_ids=[str(other.pk)])).status_code == 201
    user = User.objects.get(email="nora@example.test")
    listed = client_of(user).get("/api/v1/account/sites/").json()["results"]
    assert [row["id"] for row in listed] == [str(other.pk)]


def test_invitation_to_a_site_that_is_gone_opens_no_site(tenant: Tenant) -> None:
    other = site_make(tenant)
    token = _invited(tenant, site_ids=[str(other.pk)])
    with tenant.work():
        services.site_delete(Site.objects.get(pk=other.pk))
    assert _accept(token).status_code == 201
    user = User.objects.get(email="nora@example.test")
    assert (user.all_sites, SiteUserAccess.objects.filter(user=user).count()) == (False, 0)
    assert client_of(user).get("/api/v1/account/sites/").json()["count"] == 0


def test_link_is_good_once_not_revoked_and_seven_days(tenant: Tenant) -> None:
    token = _invited(tenant)
    with time_machine.travel(time.time() + 8 * 24 * 3600, tick=True):
        assert _accept(token).json()["code"] == "link_invalid"
    assert _accept(token).status_code == 201
    assert _accept(token).json()["code"] == "link_invalid"
    second = _invited(tenant, email="otto@example.test")
    row = client_of(tenant.owner).get(f"{INVITATIONS}?search=otto").json()["results"][0]
    assert client_of(tenant.owner).delete(f"{INVITATIONS}{row['id']}/").status_code == 204
    assert _accept(second).json()["code"] == "link_invalid"
    assert not User.objects.filter(email="otto@example.test").exists()


def test_inviting_again_renews_the_one_invitation(tenant: Tenant) -> None:
    _invited(tenant)
    token = _invited(tenant, role="viewer")
    with tenant.work():
        row = Invitation.objects.get()
    assert row.role == "viewer"
    assert client_of(tenant.owner).post(f"{INVITATIONS}{row.pk}/resend/").status_code == 202
    assert len(mails_after_jobs(tenant.account.pk)) == 3
    assert _accept(token).status_code == 201
    assert User.objects.get(email="nora@example.test").role == Role.VIEWER
    closed = [
        client_of(tenant.owner).post(f"{INVITATIONS}{row.pk}/resend/"),
        client_of(tenant.owner).delete(f"{INVITATIONS}{row.pk}/"),
    ]
    assert [answer.json()["code"] for answer in closed] == ["invitation_closed"] * 2


def test_invitation_that_changed_meanwhile_is_not_revoked(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    made = client.post(INVITATIONS, BODY)
    client.post(INVITATIONS, {**BODY, "role": "viewer"})
    path = f"{INVITATIONS}{made.json()['data']['id']}/"
    stale = client.delete(path, headers={"If-Match": made["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    assert client.delete(path, headers={"If-Match": client.get(path)["ETag"]}).status_code == 204


def test_address_that_is_taken_elsewhere_answers_alike_and_cannot_join(
    tenant: Tenant, stranger: Tenant
) -> None:
    client = client_of(tenant.owner)
    with unchanged(stranger):
        taken = client.post(INVITATIONS, {**BODY, "email": stranger.member.email})
        free = client.post(INVITATIONS, BODY)
    hidden = {"id", "email", "created_at", "expires_at"}
    bodies = [
        {name: value for name, value in without_request_id(one)["data"].items() if name not in hidden}
        for one in (taken, free)
    ]
    assert bodies[0] == bodies[1]
    assert taken.status_code == free.status_code == 202
    mails = {message.to[0]: str(message.body) for message in mails_after_jobs(tenant.account.pk)}
    assert "token" not in mails[stranger.member.email]
    assert "another address" in mails[stranger.member.email]
    with tenant.work():
        token = services.invitation_token(Invitation.objects.get(email=stranger.member.email))
    assert _accept(token).json()["code"] == "link_invalid"


def test_joining_respects_the_plans_seats(tenant: Tenant) -> None:
    token = _invited(tenant)
    with tenant.work():
        plan = type(tenant.account.plan).objects.get(code="trial")
        type(tenant.account).objects.filter(pk=tenant.account.pk).update(plan=plan)
    refused = _accept(token)
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_limit_reached")
    assert not User.objects.filter(email="nora@example.test").exists()
    with tenant.work():
        assert Notification.objects.count() == 0


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_low_roles_invite_and_remove_nobody(tenant: Tenant, role: Role) -> None:
    client, other = client_of(user_make(tenant.account, role=role)), user_make(tenant.account)
    with unchanged(tenant):
        assert client.post(INVITATIONS, BODY).status_code == 403
        assert client.delete(f"{MEMBERS}{other.pk}/").status_code == 403
        assert client.get(MEMBERS).status_code == 403


def test_owner_cannot_be_invited_as_a_role(tenant: Tenant) -> None:
    assert client_of(tenant.owner).post(INVITATIONS, {**BODY, "role": "owner"}).status_code == 400


def test_removed_person_is_gone_and_their_address_free(tenant: Tenant) -> None:
    person = limited_user(tenant, tenant.site, role=Role.EDITOR)
    email, token, key = person.email, client_of(person), key_client(person)
    assert client_of(tenant.owner).delete(f"{MEMBERS}{person.pk}/").status_code == 204
    assert [one.get("/api/v1/auth/me/").status_code for one in (token, key)] == [401, 401]
    assert ApiKey.objects.get(user=person).revoked_at is not None
    assert str(person.pk) not in str(client_of(tenant.owner).get(MEMBERS).content)
    assert client_of(tenant.owner).get(f"{MEMBERS}{person.pk}/").status_code == 404
    assert client_of(tenant.owner).patch(f"{MEMBERS}{person.pk}/", {"is_active": True}).status_code == 404
    assert _accept(_invited(tenant, email=email)).status_code == 201
    assert User.objects.get(email=email).pk != person.pk


def test_owner_and_oneself_cannot_be_removed(tenant: Tenant) -> None:
    admin = user_make(tenant.account, role=Role.ADMIN)
    probes = [(admin, tenant.owner), (admin, admin), (tenant.owner, tenant.owner)]
    clients = [(client_of(by), person) for by, person in probes]
    with unchanged(tenant):
        for client, person in clients:
            refused = client.delete(f"{MEMBERS}{person.pk}/")
            assert (refused.status_code, refused.json()["code"]) == (403, "role_too_low")


def test_ownership_goes_to_another_member_with_the_owners_password(tenant: Tenant) -> None:
    owner, heir = password_give(tenant.owner), tenant.viewer
    clients = [client_of(owner), client_of(heir)]
    wrong = clients[0].post(OWNERSHIP, {"user_id": str(heir.pk), "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "login_failed")
    answer = clients[0].post(OWNERSHIP, {"user_id": str(heir.pk), "password": PASSWORD})
    assert (answer.status_code, answer.json()["data"]["role"]) == (200, "owner"), answer.content
    assert [User.objects.get(pk=one.pk).role for one in (owner, heir)] == [Role.ADMIN, Role.OWNER]
    assert [client.get("/api/v1/auth/me/").status_code for client in clients] == [401, 401]
    with tenant.work():
        assert AuditEvent.objects.get(action="account.transferred").detail == {"from": str(owner.pk)}


def test_ownership_stays_inside_the_account_and_with_the_owner(tenant: Tenant, stranger: Tenant) -> None:
    owner = password_give(tenant.owner)
    admin = password_give(user_make(tenant.account, role=Role.ADMIN))
    asleep = user_make(tenant.account)
    User.objects.filter(pk=asleep.pk).update(is_active=False)
    client = client_of(owner)
    with unchanged(tenant, stranger):
        for person in (stranger.member, asleep, owner):
            answer = client.post(OWNERSHIP, {"user_id": str(person.pk), "password": PASSWORD})
            assert answer.status_code == 404, person
    refused = client_of(admin).post(OWNERSHIP, {"user_id": str(admin.pk), "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_too_low")


def test_account_cannot_have_two_owners(tenant: Tenant) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        user_make(tenant.account, role=Role.OWNER)
