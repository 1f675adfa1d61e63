"""Jobs and notifications against other accounts and sites; the site of prompts and brand profiles."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.modules.system.models import Notification
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import IsolationContract, key_client, limited_user, text_of, unchanged

PROMPTS = "/api/v1/system/prompts"


class TestJobs(IsolationContract):
    url, model = "/api/v1/system/jobs/", Job

    def test_job_of_another_site_is_out_of_reach(self, tenant: Tenant, mine: Any) -> None:
        other = site_make(tenant)
        for client in (key_client(tenant.owner, site=other), client_of(limited_user(tenant, other))):
            assert str(mine.pk) not in self.ids_of(client.get(self.url))
            for operation in self.operations(detail=True):
                with unchanged(tenant):
                    self.assert_like_missing(client, operation, mine, {})


class TestNotifications(IsolationContract):
    url, model = "/api/v1/system/notifications/", Notification

    def test_notification_of_another_site_is_out_of_reach(self, tenant: Tenant, mine: Any) -> None:
        other = site_make(tenant)
        for client in (key_client(tenant.owner, site=other), client_of(limited_user(tenant, other))):
            assert str(mine.pk) not in self.ids_of(client.get(self.url))
            for operation in self.operations(detail=True):
                with unchanged(tenant):
                    self.assert_like_missing(client, operation, mine, {})


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "put"])
def test_brand_profile_of_a_foreign_site_is_like_one_of_a_missing_site(
    tenant: Tenant, stranger: Tenant, method: str
) -> None:
    client, missing = client_of(tenant.owner), uuid4()
    texts = []
    for site_id in (stranger.site.pk, missing):
        with unchanged(tenant, stranger):
            path = f"/api/v1/system/brand-profile/?site={site_id}"
            texts.append(text_of(getattr(client, method)(path, {} if method == "put" else None), site_id))
    assert texts[0] == texts[1]
    assert texts[0].startswith("404 ")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_prompt_of_a_foreign_site_is_like_one_of_a_missing_site(
    tenant: Tenant, stranger: Tenant, method: str
) -> None:
    client, missing = client_of(tenant.owner), uuid4()
    key = client.get(f"{PROMPTS}/").json()["results"][0]
    texts = []
    for site_id in (stranger.site.pk, missing):
        path = f"{PROMPTS}/{key['key']}/"
        with unchanged(tenant, stranger):
            if method == "put":
                response = client.put(path, {"text": key["default_text"], "site": str(site_id)})
            else:
                response = getattr(client, method)(f"{path}?site={site_id}")
        texts.append(text_of(response, site_id))
    assert texts[0] == texts[1]
    assert texts[0].startswith("404 ")


@pytest.mark.django_db
def test_key_of_one_site_cannot_set_the_accounts_prompt(tenant: Tenant) -> None:
    client = key_client(tenant.owner, site=tenant.site)
    key = client.get(f"{PROMPTS}/").json()["results"][0]
    with unchanged(tenant):
        response = client.put(f"{PROMPTS}/{key['key']}/", {"text": key["default_text"]})
    assert response.status_code == 403
