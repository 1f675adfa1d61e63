"""The export beside a site's list of keywords."""

import html
import re

import pytest

from igny8_core.console.tests.helpers import page_text
from igny8_core.console.tests.plan import cluster, keyword
from igny8_core.modules.system.services import brand_profile_set
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("", ["cheap kettle", "gooseneck kettle", "unknown bean"]),
        ("search=kettle&volume_min=500", ["cheap kettle"]),
        ("status=new&difficulty_max=70&ordering=volume&page=1", ["gooseneck kettle"]),
        ("is_unclustered=on", ["cheap kettle", "gooseneck kettle"]),
        ("is_set_aside=on", ["gooseneck kettle"]),
        ("brand=yes", ["unknown bean"]),
        ("brand=no&is_unclustered=on", ["cheap kettle", "gooseneck kettle"]),
        ("is_head=on", ["cheap kettle", "unknown bean"]),
        ("intent=nonsense&volume_min=x", ["cheap kettle", "gooseneck kettle", "unknown bean"]),
    ],
)
def test_export_has_the_keywords_that_the_list_shows(tenant: Tenant, query: str, texts: list[str]) -> None:
    head = keyword(tenant, "cheap kettle", volume=900, difficulty=10, status="archived")
    keyword(tenant, "gooseneck kettle", volume=100, difficulty=60, cluster_source="human", variant_of=head.pk)
    keyword(tenant, "unknown bean", cluster=cluster(tenant), status="clustered")
    with tenant.work():
        brand_profile_set(tenant.site.pk, brand_terms=["Unknown"])
    client = browser_of(tenant.viewer)
    links = re.findall(
        r'href="(/api/[^"]+)"', page_text(client, f"/sites/{tenant.site.pk}/keywords/?{query}")
    )
    assert [link.partition("?")[0].split("/")[-2] for link in links] == ["export", "export-xlsx"]
    lines = b"".join(client.get(html.unescape(links[0])).streaming_content).decode().splitlines()
    assert sorted(line.split(",")[0] for line in lines[1:]) == texts
    assert client.get(html.unescape(links[1])).status_code == 200
