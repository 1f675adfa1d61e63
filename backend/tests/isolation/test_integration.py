"""Destinations and their terms against other accounts and sites."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.auth.models import Site
from igny8_core.modules.integration.models import Destination, DestinationTerm
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import Body, IsolationContract, key_client, row_make, text_of, unchanged


class TestDestinations(IsolationContract):
    url, model, foreign_fields = "/api/v1/integration/destinations/", Destination, {"site": Site}

    def create_body(self, tenant: Tenant) -> Body:
        return {
            "site": str(tenant.site.pk),
            "base_url": "https://blog.example",
            "username": "editor",
            "application_password": "abcd efgh ijkl mnop",
        }

    def update_body(self, tenant: Tenant) -> Body:
        return {"name": "Renamed"}


class TestTerms(IsolationContract):
    url, model = "/api/v1/integration/terms/", DestinationTerm


@pytest.mark.parametrize("action", ["check", "sync-posts", "sync-taxonomies"])
@pytest.mark.django_db
def test_action_on_a_foreign_destination_is_like_one_on_a_missing_one(
    tenant: Tenant, stranger: Tenant, action: str
) -> None:
    path = f"/api/v1/integration/destinations/{{}}/{action}/"
    theirs, mine = row_make(Destination, stranger), row_make(Destination, tenant)
    other = key_client(tenant.owner, site=site_make(tenant))
    probes: list[tuple[Any, Any]] = [(client_of(tenant.owner), theirs.pk), (other, mine.pk)]
    for client, row_id in probes:
        with unchanged(tenant, stranger):
            texts = [text_of(client.post(path.format(one)), one) for one in (row_id, uuid4())]
        assert texts[0] == texts[1]
        assert texts[0].startswith("404 ")
