"""Signing in, up and out in a browser, and what a page is for whom."""

import pytest
from django.test import Client

from igny8_core.auth.links import LinkPurpose, link_sign
from igny8_core.auth.models import Account, PlanStatus, RefreshSession, User
from igny8_core.auth.services import logout_everywhere, second_factor_begin, second_factor_confirm
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import browser_of, client_of
from igny8_core.testing.factories import PASSWORD, Tenant, password_give, staff_make, tenant_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return tenant_make()


def sign_in(client: Client, user: User, *, password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"email": user.email, "password": password, **more})


def test_sign_in_begins_a_session_and_goes_where_one_wanted(tenant: Tenant) -> None:
    password_give(tenant.owner)
    client, wanted = browser_of(None), f"/sites/{tenant.site.pk}/"
    answer = client.get(wanted)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={wanted.replace('/', '%2F')}")
    answer = sign_in(client, tenant.owner, next=wanted)
    assert (answer.status_code, answer["Location"]) == (302, wanted)
    page = client.get(wanted)
    assert page.status_code == 200
    assert tenant.site.domain in page.content.decode()
    with tenant.work():
        event = AuditEvent.objects.get(action="user.signed_in")
    session = RefreshSession.objects.get(user=tenant.owner)
    assert (session.kind, session.revoked_at) == ("console", None)
    detail = {"where": "console", "session_id": str(session.pk)}
    assert (event.actor_id, event.detail) == (tenant.owner.pk, detail)


def test_sign_in_never_leaves_this_server(tenant: Tenant) -> None:
    password_give(tenant.owner)
    answer = sign_in(browser_of(None), tenant.owner, next="https://evil.example/")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_wrong_password_is_said_in_the_form_and_begins_nothing(tenant: Tenant) -> None:
    password_give(tenant.owner)
    client = browser_of(None)
    answer = sign_in(client, tenant.owner, password="not it at all")
    assert answer.status_code == 401
    assert "The e-mail or password is wrong." in answer.content.decode()
    assert client.get("/")["Location"] == "/sign-in/"


def test_second_factor_is_asked_for(tenant: Tenant) -> None:
    import pyotp

    password_give(tenant.owner)
    with tenant.work():
        offer = second_factor_begin(tenant.owner)
        second_factor_confirm(tenant.owner, code=pyotp.TOTP(offer.secret).now())
    answer = sign_in(browser_of(None), tenant.owner)
    assert answer.status_code == 401
    assert "the code of your authenticator" in answer.content.decode()
    assert sign_in(browser_of(None), tenant.owner, code="000000").status_code == 401


def test_sign_up_makes_account_and_owner_from_the_mailed_link() -> None:
    client = browser_of(None)
    asked = client.post("/sign-up/", {"account_name": "Beans", "name": "Ida", "email": "ida@beans.example"})
    assert asked.status_code == 200
    assert "ida@beans.example" in asked.content.decode()
    assert not User.objects.filter(email="ida@beans.example").exists()
    values = {"email": "ida@beans.example", "name": "Ida", "account_name": "Beans"}
    token = link_sign(LinkPurpose.REGISTRATION, values)
    assert client.get("/sign-up/confirm/", {"token": token}).status_code == 200
    weak = client.post("/sign-up/confirm/", {"token": token, "password": "short"})
    assert weak.status_code == 400
    answer = client.post("/sign-up/confirm/", {"token": token, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert User.objects.get(email="ida@beans.example").account.name == "Beans"
    page = client.get("/").content.decode()
    assert "You see no site yet" in page


def test_password_link_works_once(tenant: Tenant) -> None:
    from igny8_core.auth.services import password_reset_token

    token = password_reset_token(tenant.owner)
    client = browser_of(None)
    answer = client.post("/password/confirm/", {"token": token, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert sign_in(client, tenant.owner).status_code == 302
    again = browser_of(None).post("/password/confirm/", {"token": token, "password": "another-long-one"})
    assert again.status_code == 400
    assert "not valid any more" in again.content.decode()


def test_sign_out_ends_the_session(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/")["Location"] == "/sign-in/"


def test_sign_out_everywhere_ends_browser_sessions(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    assert client.get(f"/sites/{tenant.site.pk}/").status_code == 200
    with tenant.work():
        logout_everywhere(tenant.owner)
    assert client.get("/")["Location"] == "/sign-in/"


def test_pages_take_a_session_alone(tenant: Tenant) -> None:
    answer = client_of(tenant.owner).get(f"/sites/{tenant.site.pk}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_foreign_and_missing_sites_look_alike(tenant: Tenant) -> None:
    stranger = tenant_make()
    client = browser_of(tenant.owner)
    foreign = client.get(f"/sites/{stranger.site.pk}/")
    missing = client.get(f"/sites/{tenant.owner.pk}/")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert stranger.site.domain not in foreign.content.decode()
    assert "Not found." in foreign.content.decode()
    assert "Not found." in missing.content.decode()


def test_suspended_account_is_told_so_and_may_leave(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    Account.objects.filter(pk=tenant.account.pk).update(plan_status=PlanStatus.SUSPENDED)
    answer = client.get("/")
    assert answer.status_code == 403
    assert "This account is suspended" in answer.content.decode()
    assert client.post("/sign-out/").status_code == 302


def test_forms_need_their_token(tenant: Tenant) -> None:
    answer = browser_of(tenant.owner, csrf=True).post("/sign-out/")
    assert answer.status_code == 403
    assert "no longer valid" in answer.content.decode()


def test_staff_do_not_enter_accounts_through_pages(tenant: Tenant) -> None:
    answer = browser_of(staff_make()).get("/", headers={"X-Account-ID": str(tenant.account.pk)})
    assert answer.status_code == 403
    assert tenant.account.name not in answer.content.decode()


def test_pages_are_private_and_run_nothing_foreign(tenant: Tenant) -> None:
    answer = browser_of(tenant.owner).get(f"/sites/{tenant.site.pk}/")
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert (policy["script-src"], policy["style-src"], policy["default-src"]) == (
        "'self'",
        "'self'",
        "'none'",
    )
    assert answer["Cache-Control"] == "private, no-store"
    body = answer.content.decode()
    assert "<style" not in body
    assert " style=" not in body
    assert "onclick" not in body
    assert "//" not in body.replace("http://www.w3.org", "").replace("<!doctype", "").split("<main")[
        0
    ].replace("://", "")


def test_unknown_address_is_a_page_for_people_and_an_envelope_for_programs(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    assert "<h1>Not here</h1>" in client.get("/nowhere/").content.decode()
    assert client.get("/api/v1/nowhere/").json()["code"] == "not_found"


def test_closed_registration_is_not_offered(settings: pytest.FixtureRequest) -> None:
    assert "Make an account" in browser_of(None).get("/sign-in/").content.decode()
    settings.REGISTRATION_OPEN = False  # type: ignore[attr-defined]  # pytest-django's settings
    assert "Make an account" not in browser_of(None).get("/sign-in/").content.decode()
    body = {"account_name": "Beans", "email": "ida@beans.example"}
    answer = browser_of(None).post("/sign-up/", body)
    assert answer.status_code == 403
    assert not User.objects.filter(email="ida@beans.example").exists()
