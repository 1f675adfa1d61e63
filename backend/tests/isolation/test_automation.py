"""Pipeline runs and their items against other accounts and sites."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.auth.models import Sector, Site
from igny8_core.modules.automation.constants import RunState
from igny8_core.modules.automation.models import PipelineRun, PipelineSettings, RunEvent, RunItem
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.planner.models import KeywordImport
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import (
    Body,
    IsolationContract,
    key_client,
    limited_user,
    row_make,
    row_of,
    text_of,
    unchanged,
)

ROOM = "/api/v1/automation"


class TestRuns(IsolationContract):
    url, model = "/api/v1/automation/runs/", PipelineRun
    foreign_fields = {
        "site_id": Site,
        "destination_id": Destination,
        "sector_id": Sector,
        "import_id": KeywordImport,
    }

    def make(self, tenant: Tenant) -> Any:
        """A finished run: beside an unfinished one the site takes no other."""
        return row_make(PipelineRun, tenant, state=RunState.COMPLETED)

    def create_body(self, tenant: Tenant) -> Body:
        return {
            "site_id": str(tenant.site.pk),
            "destination_id": str(row_of(Destination, tenant).pk),
            "article_count": 1,
        }


class TestItems(IsolationContract):
    url, model = "/api/v1/automation/items/", RunItem


@pytest.mark.django_db
def test_settings_and_estimate_of_a_site_out_of_reach_are_like_a_missing_sites(
    tenant: Tenant, stranger: Tenant
) -> None:
    row_make(PipelineSettings, tenant)
    other = site_make(tenant)
    clients = (
        client_of(stranger.owner),
        key_client(tenant.owner, site=other),
        client_of(limited_user(tenant, other)),
    )
    for client in clients:
        for method, path, body in (
            ("get", f"{ROOM}/settings/{{}}/", None),
            ("patch", f"{ROOM}/settings/{{}}/", {"hour": 9}),
            ("post", f"{ROOM}/runs/run-now/", {"site_id": "{}"}),
            ("post", f"{ROOM}/estimate/", {"site_id": "{}"}),
        ):
            texts = []
            for site_id in (tenant.site.pk, uuid4()):
                sent = body and {name: str(value).format(site_id) for name, value in body.items()}
                with unchanged(tenant, stranger):
                    texts.append(text_of(getattr(client, method)(path.format(site_id), sent), site_id))
            assert texts[0] == texts[1], path
            assert texts[0].startswith("404 "), path


@pytest.mark.django_db
def test_settings_name_no_destination_of_another_account(tenant: Tenant, stranger: Tenant) -> None:
    client, path = client_of(tenant.owner), f"{ROOM}/settings/{tenant.site.pk}/"
    foreign, missing = row_of(Destination, stranger).pk, uuid4()
    with unchanged(tenant, stranger):
        texts = [
            text_of(client.patch(path, {"destination_id": str(value)}), foreign, missing)
            for value in (foreign, missing)
        ]
    assert texts[0] == texts[1]
    assert texts[0].startswith("404 ")


@pytest.mark.django_db
def test_estimate_of_another_accounts_upload_is_like_one_of_a_missing_upload(
    tenant: Tenant, stranger: Tenant
) -> None:
    client, foreign, missing = client_of(tenant.owner), row_of(KeywordImport, stranger).pk, uuid4()
    with unchanged(tenant, stranger):
        texts = [
            text_of(
                client.post(f"{ROOM}/estimate/", {"site_id": str(tenant.site.pk), "import_id": str(value)}),
                foreign,
                missing,
            )
            for value in (foreign, missing)
        ]
    assert texts[0] == texts[1]
    assert texts[0].startswith("404 ")


@pytest.mark.django_db
def test_timeline_shows_the_own_events_alone(tenant: Tenant, stranger: Tenant) -> None:
    mine, theirs = row_make(RunEvent, tenant), row_make(RunEvent, stranger)
    with stranger.work():
        item = row_of(RunItem, stranger)
    client = client_of(tenant.owner)
    shown = client.get(f"{ROOM}/runs/{mine.run_id}/timeline/").json()["results"]
    assert [row["id"] for row in shown] == [str(mine.pk)]
    for path in (f"runs/{theirs.run_id}", f"items/{item.pk}"):
        foreign, missing = (
            client.get(f"{ROOM}/{path}/timeline/"),
            client.get(f"{ROOM}/runs/{uuid4()}/timeline/"),
        )
        assert (foreign.status_code, foreign.json()["code"]) == (404, missing.json()["code"])
