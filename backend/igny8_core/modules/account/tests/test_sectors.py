"""Sectors: whatever script a name is written in, it gets an address of its own."""

import pytest

from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

SECTORS = "/api/v1/account/sectors/"


def test_names_without_a_latin_letter_are_different_sectors(tenant: Tenant) -> None:
    client, slugs = client_of(tenant.owner), set()
    for name in ("园艺", "咖啡", "Кофе"):
        answer = client.post(SECTORS, {"site": str(tenant.site.pk), "name": name})
        assert answer.status_code == 201, answer.content
        slugs.add(answer.json()["data"]["slug"])
    assert len(slugs) == 3
    assert "" not in slugs


def test_name_that_another_sector_has_is_refused(tenant: Tenant) -> None:
    client, body = client_of(tenant.owner), {"site": str(tenant.site.pk), "name": "园艺"}
    assert client.post(SECTORS, body).status_code == 201
    answer = client.post(SECTORS, body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "sector_taken"
