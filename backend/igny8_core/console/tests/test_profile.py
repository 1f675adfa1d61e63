"""One's own profile in the console: name, password, second factor, sign-ins."""

import re
from typing import Any

import pyotp
import pytest
from django.test import Client

from igny8_core.auth.models import RefreshSession, SecondFactor, User
from igny8_core.auth.services import second_factor_begin, second_factor_confirm
from igny8_core.console.templatetags.console import device
from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import browser_of, client_of
from igny8_core.testing.factories import PASSWORD, Tenant, password_give, tokens_make

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


def signed_in(user: User, *, agent: str = CHROME) -> Client:
    """A browser that signed in as people do."""
    if not user.has_usable_password():
        password_give(user)  # once: another hash would end the sessions made before
    client = Client(raise_request_exception=False, headers={"User-Agent": agent})
    answer = client.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def factor_on(tenant: Tenant, user: User) -> list[str]:
    """Switch a second factor on; returns the recovery codes."""
    with tenant.work():
        offer = second_factor_begin(user)
        return second_factor_confirm(user, pyotp.TOTP(offer.secret).now())


def alive(user: User) -> set[Any]:
    return set(RefreshSession.objects.filter(user=user, revoked_at=None).values_list("pk", flat=True))


class TestProfile:
    @pytest.mark.parametrize("who", ["owner", "member", "viewer"])
    def test_everybody_has_one_and_changes_their_name(self, tenant: Tenant, who: str) -> None:
        user = getattr(tenant, who)
        client = browser_of(user)
        assert user.email in page_text(client, "/me/")
        assert said(client.post("/me/", {"name": "Ida B."}), client) == "Your name is saved."
        assert User.objects.get(pk=user.pk).name == "Ida B."
        assert 'value="Ida B."' in page_text(client, "/me/")

    def test_too_long_a_name_is_refused(self, tenant: Tenant) -> None:
        assert browser_of(tenant.owner).post("/me/", {"name": "x" * 121}).status_code == 400
        assert User.objects.get(pk=tenant.owner.pk).name == ""

    @pytest.mark.parametrize("page", ["/me/", "/me/security/", "/me/sessions/"])
    def test_pages_are_for_whoever_is_signed_in(self, page: str) -> None:
        answer = browser_of(None).get(page)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/")


class TestPassword:
    def test_is_replaced_and_every_sign_in_ends(self, tenant: Tenant) -> None:
        client, other = signed_in(tenant.owner), signed_in(tenant.owner)
        body = {"password-password": PASSWORD, "password-new_password": "another-long-passphrase"}
        answer = client.post("/me/password/", body)
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
        assert "The new password is set." in client.get("/sign-in/").content.decode()
        assert alive(tenant.owner) == set()
        assert other.get("/me/").status_code == 302
        assert User.objects.get(pk=tenant.owner.pk).check_password("another-long-passphrase")

    @pytest.mark.parametrize(
        ("old", "new", "said_there"),
        [
            ("not it at all", "another-long-passphrase", "This is not your password."),
            (PASSWORD, "short", "too short"),
        ],
    )
    def test_wrong_old_or_weak_new_changes_nothing(
        self, tenant: Tenant, old: str, new: str, said_there: str
    ) -> None:
        client = signed_in(tenant.owner)
        body = {"password-password": old, "password-new_password": new}
        answer = client.post("/me/password/", body)
        assert answer.status_code == 400
        assert said_there in answer.content.decode()
        assert User.objects.get(pk=tenant.owner.pk).check_password(PASSWORD)
        assert page_text(client, "/me/")


class TestSecondFactor:
    def test_is_set_up_by_a_first_code_and_shows_recovery_codes_once(self, tenant: Tenant) -> None:
        client = signed_in(tenant.owner)
        begun = client.post("/me/second-factor/", {"password": PASSWORD})
        assert begun.status_code == 201
        body = begun.content.decode()
        secret = re.search(r'class="secret">([^<]+)<', body)[1].replace(" ", "")
        assert 'href="otpauth://totp/IGNY8' in body
        wrong = client.post("/me/second-factor/confirm/", {"code": "000000"})
        assert wrong.status_code == 400
        assert "not the code that it shows now" in wrong.content.decode()
        right = client.post("/me/second-factor/confirm/", {"code": pyotp.TOTP(secret).now()})
        codes = re.search(r'<pre id="codes" class="secret">([^<]+)<', right.content.decode())[1].split()
        assert len(codes) == 10
        page = page_text(client, "/me/security/")
        assert "10 recovery codes are left" in page
        assert codes[0] not in page

    def test_needs_the_password(self, tenant: Tenant) -> None:
        client = signed_in(tenant.owner)
        answer = client.post("/me/second-factor/", {"password": "not it at all"})
        assert answer.status_code == 400
        assert "This is not your password." in answer.content.decode()
        assert not SecondFactor.objects.exists()

    def test_confirming_what_was_not_begun_says_so(self, tenant: Tenant) -> None:
        client = signed_in(tenant.owner)
        answer = client.post("/me/second-factor/confirm/", {"code": "000000"})
        assert "begin again" in said(answer, client)

    def test_codes_are_renewed_and_it_is_switched_off_with_password_and_code(self, tenant: Tenant) -> None:
        client = signed_in(tenant.owner)
        codes = factor_on(tenant, tenant.owner)
        without = client.post("/me/second-factor/codes/", {"password": PASSWORD})
        assert without.status_code == 400
        assert "The code is missing" in without.content.decode()
        renewed = client.post("/me/second-factor/codes/", {"password": PASSWORD, "code": codes[0]})
        assert renewed.status_code == 200
        newer = re.search(r'class="secret">([^<]+)<', renewed.content.decode())[1].split()
        old = client.post("/me/second-factor/end/", {"password": PASSWORD, "code": codes[1]})
        assert old.status_code == 400
        assert SecondFactor.objects.count() == 1
        ended = client.post("/me/second-factor/end/", {"password": PASSWORD, "code": newer[0]})
        assert said(ended, client) == "Signing in needs no code any more."
        assert not SecondFactor.objects.exists()


class TestSessions:
    def test_are_listed_with_device_and_place(self, tenant: Tenant) -> None:
        tokens_make(tenant.owner)
        tokens_make(tenant.member)
        client = signed_in(tenant.owner)
        body = page_text(client, "/me/sessions/")
        assert "Chrome on Linux" in body
        assert body.count(">this browser<") == 1
        assert body.count('name="id"') == 2
        assert page_text(client, "/me/sessions/?kind=api").count('name="id"') == 1
        narrowed = page_text(client, "/me/sessions/?search=chrome", **{"HX-Request": "true"})
        assert narrowed.count('name="id"') == 1
        assert "Nothing matches" in page_text(client, "/me/sessions/?search=netscape")

    def test_one_is_ended_and_stops_at_once(self, tenant: Tenant) -> None:
        client, other = signed_in(tenant.owner), signed_in(tenant.owner, agent="Firefox/133.0")
        phone = RefreshSession.objects.get(user_agent="Firefox/133.0")
        answer = client.post("/me/sessions/end/", {"id": [str(phone.pk)]})
        assert said(answer, client) == "1 sign-in has ended."
        assert other.get("/me/")["Location"] == "/sign-in/?next=%2Fme%2F"
        assert other.get("/sign-in/").status_code == 200  # nobody is sent round in a circle
        assert client.get("/me/").status_code == 200

    def test_all_others_are_ended_and_this_one_stays(self, tenant: Tenant) -> None:
        client, other = signed_in(tenant.owner), signed_in(tenant.owner)
        tokens = client_of(tenant.owner)
        before_rows = browser_of(tenant.owner)  # a session from before sign-ins had rows
        answer = client.post("/me/sessions/end-others/")
        assert said(answer, client) == "You are signed in here alone. API keys go on."
        assert client.get("/me/").status_code == 200
        assert (other.get("/me/").status_code, before_rows.get("/me/").status_code) == (302, 302)
        assert tokens.get("/api/v1/auth/me/").status_code == 401
        assert len(alive(tenant.owner)) == 1
        with tenant.work():
            event = AuditEvent.objects.get(action="user.signed_out_elsewhere")
        assert event.detail == {"sessions": 2}

    def test_somebody_elses_is_like_a_missing_one(self, tenant: Tenant, stranger: Tenant) -> None:
        client = signed_in(tenant.owner)
        for user in (tenant.member, stranger.owner):
            tokens_make(user)
            (theirs,) = alive(user)
            mine = [str(one) for one in alive(tenant.owner)]
            assert client.post("/me/sessions/end/", {"id": [*mine, str(theirs)]}).status_code == 404
            assert alive(user) == {theirs}
        assert len(alive(tenant.owner)) == 1
        assert client.get("/me/").status_code == 200

    def test_signing_out_ends_the_row(self, tenant: Tenant) -> None:
        client = signed_in(tenant.owner)
        client.post("/sign-out/")
        assert alive(tenant.owner) == set()

    def test_page_costs_the_same_with_one_row_and_fifty(self, tenant: Tenant) -> None:
        def fill(count: int) -> None:
            for _ in range(count):
                tokens_make(tenant.owner)

        few, many = queries_with_1_and_50(browser_of(tenant.owner), "/me/sessions/", fill)
        assert few == many

    def test_without_any_it_says_what_stands_there(self, tenant: Tenant) -> None:
        assert "No other sign-ins" in page_text(browser_of(tenant.owner), "/me/sessions/")


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (CHROME, "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131 Safari/537 Edg/131.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.1; rv:133.0) Firefox/133.0", "Firefox on macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown device"),
    ],
)
def test_device_is_named_as_people_know_it(agent: str, shown: str) -> None:
    assert device(agent) == shown
