"""The account's settings in the console."""

import pytest

from igny8_core.auth.models import Account
from igny8_core.console.tests.helpers import page_text, queries_of, said
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, user_make
from igny8_core.testing.isolation import limited_user

pytestmark = pytest.mark.django_db

PAGE = "/account/"


def settings_of(tenant: Tenant) -> tuple[str, int]:
    row = Account.objects.get(pk=tenant.account.pk)
    return row.name, row.retention_days


def test_owner_changes_name_and_retention(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    answer = client.post(PAGE, {"name": "Beans & Co", "retention_days": "90"})
    assert said(answer, client) == "The account is saved."
    assert settings_of(tenant) == ("Beans & Co", 90)
    body = page_text(client, PAGE)
    assert 'value="Beans &amp; Co"' in body
    assert 'value="90"' in body


@pytest.mark.parametrize("days", ["0", "366", "many"])
def test_days_out_of_range_are_refused(tenant: Tenant, days: str) -> None:
    before = settings_of(tenant)
    assert browser_of(tenant.owner).post(PAGE, {"name": "B", "retention_days": days}).status_code == 400
    assert settings_of(tenant) == before


@pytest.mark.parametrize("who", ["member", "viewer"])
def test_others_read_and_see_why(tenant: Tenant, who: str) -> None:
    client, before = browser_of(getattr(tenant, who)), settings_of(tenant)
    body = page_text(client, PAGE)
    assert "your role reads" in body
    assert "Save</button>" not in body
    assert "Keywords</dt>" not in body  # what all sites use is for those who see all
    assert client.post(PAGE, {"name": "Mine", "retention_days": "1"}).status_code == 403
    assert settings_of(tenant) == before


def test_who_sees_some_sites_only_changes_nothing(tenant: Tenant) -> None:
    client, before = browser_of(limited_user(tenant, tenant.site)), settings_of(tenant)
    assert "Save</button>" not in page_text(client, PAGE)
    assert client.post(PAGE, {"name": "Mine", "retention_days": "1"}).status_code == 403
    assert settings_of(tenant) == before


def test_stranger_sees_their_own_account(tenant: Tenant, stranger: Tenant) -> None:
    body = page_text(browser_of(stranger.owner), PAGE)
    assert tenant.account.name not in body
    assert str(tenant.account.pk) not in body


def test_page_costs_the_same_however_much_there_is(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    few = queries_of(client, PAGE)
    for _ in range(50):
        user_make(tenant.account)
    assert queries_of(client, PAGE) == few
    assert "53 of" in page_text(client, PAGE)
