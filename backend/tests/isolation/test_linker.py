"""The link graph, suggestions and batches against other accounts and sites."""

from uuid import uuid4

import pytest

from igny8_core.modules.linker.models import LinkBatch, LinkEdge, LinkNode, LinkSuggestion
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import IsolationContract, key_client, row_make, text_of, unchanged

BASE = "/api/v1/linker"


class TestNodes(IsolationContract):
    url, model = f"{BASE}/nodes/", LinkNode


class TestEdges(IsolationContract):
    url, model = f"{BASE}/edges/", LinkEdge


class TestSuggestions(IsolationContract):
    url, model = f"{BASE}/suggestions/", LinkSuggestion


class TestBatches(IsolationContract):
    url, model = f"{BASE}/batches/", LinkBatch


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["suggestions/bulk-accept", "suggestions/bulk-reject", "preview", "batches"])
def test_foreign_suggestion_among_own_ones_is_like_a_missing_one(
    tenant: Tenant, stranger: Tenant, path: str
) -> None:
    mine, client, texts = row_make(LinkSuggestion, tenant), client_of(tenant.owner), []
    for foreign in (row_make(LinkSuggestion, stranger).pk, uuid4()):
        with unchanged(tenant, stranger):
            texts.append(
                text_of(client.post(f"{BASE}/{path}/", {"ids": [str(mine.pk), str(foreign)]}), foreign)
            )
    assert texts[0] == texts[1]
    assert texts[0].startswith("404 ")


@pytest.mark.django_db
def test_site_key_reaches_no_links_of_another_site(tenant: Tenant) -> None:
    mine = row_make(LinkSuggestion, tenant)
    client = key_client(tenant.owner, site=site_make(tenant))
    for path in ("suggestions/bulk-accept", "preview", "batches"):
        with unchanged(tenant):
            assert client.post(f"{BASE}/{path}/", {"ids": [str(mine.pk)]}).status_code == 404
    assert client.get(f"{BASE}/graph/?site={tenant.site.pk}").status_code == 404
