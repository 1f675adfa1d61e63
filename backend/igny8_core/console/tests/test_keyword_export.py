"""The export beside a site's list of keywords."""

import html
import re

import pytest

from igny8_core.console.tests.helpers import page_text
from igny8_core.console.tests.test_planning import cluster, keyword
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
        ("intent=nonsense&volume_min=x", ["cheap kettle", "gooseneck kettle", "unknown bean"]),
    ],
)
def test_export_has_the_keywords_that_the_list_shows(tenant: Tenant, query: str, texts: list[str]) -> None:
    keyword(tenant, "cheap kettle", volume=900, difficulty=10, status="archived")
    keyword(tenant, "gooseneck kettle", volume=100, difficulty=60)
    keyword(tenant, "unknown bean", cluster=cluster(tenant), status="clustered")
    client = browser_of(tenant.viewer)
    links = re.findall(
        r'href="(/api/[^"]+)"', page_text(client, f"/sites/{tenant.site.pk}/keywords/?{query}")
    )
    assert [link.partition("?")[0].split("/")[-2] for link in links] == ["export", "export-xlsx"]
    lines = b"".join(client.get(html.unescape(links[0])).streaming_content).decode().splitlines()
    assert sorted(line.split(",")[0] for line in lines[1:]) == texts
    assert client.get(html.unescape(links[1])).status_code == 200
