"""Near duplicates in a site's list of keywords."""

import pytest

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50
from igny8_core.console.tests.plan import keyword
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db


def test_list_says_who_stands_for_whom_and_shows_one_group(tenant: Tenant) -> None:
    head = keyword(tenant, "coffee maker", volume=900)
    for text in ("coffee makers", "maker of coffee"):
        keyword(tenant, text, variant_of=head.pk)
    keyword(tenant, "kettle")
    client, path = browser_of(tenant.viewer), f"/sites/{tenant.site.pk}/keywords/"
    everything = page_text(client, path)
    assert "2 near duplicates" in everything
    assert everything.count("near duplicate of “coffee maker”") == 2
    heads = page_text(client, f"{path}?is_head=on")
    assert "kettle" in heads
    assert "maker of coffee" not in heads
    group = page_text(client, f"{path}?variant_of={head.pk}")
    assert "Near duplicates of “coffee maker”." in group
    assert "kettle" not in group


def test_near_duplicates_cost_no_query_each(tenant: Tenant) -> None:
    def fill(count: int) -> None:
        for n in range(count):
            head = keyword(tenant, f"kettle {n} {count}")
            keyword(tenant, f"kettles {n} {count}", variant_of=head.pk)

    client = browser_of(tenant.viewer)
    one, fifty = queries_with_1_and_50(client, f"/sites/{tenant.site.pk}/keywords/", fill)
    assert one == fifty
