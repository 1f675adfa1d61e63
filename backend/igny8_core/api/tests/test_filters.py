"""Parameters of lists: what nobody declared is refused, whatever a framework would make of it."""

import pytest

from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation.operations import description

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("name", ["format", "limit", "account"])
def test_parameter_that_nobody_declared_is_a_400_that_names_it(tenant: Tenant, name: str) -> None:
    answer = client_of(tenant.owner).get(f"/api/v1/account/sites/?{name}=csv")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {name: ["There is no such parameter."]}


def test_empty_filter_narrows_nothing_and_is_described_so(tenant: Tenant) -> None:
    path, client = "/api/v1/account/sectors/", client_of(tenant.owner)
    for name in ("site", "ordering", "search"):
        assert client.get(f"{path}?{name}=").json()["count"] == 2
    described = {one["name"]: one for one in description()["paths"][path]["get"]["parameters"]}
    assert all(described[name]["allowEmptyValue"] for name in ("site", "ordering", "search"))


def test_page_that_is_none_is_refused_beside_a_cursor_too(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    assert client.get("/api/v1/account/sites/?cursor=&page=1").status_code == 200
    answer = client.get("/api/v1/account/sites/?cursor=&page=true")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["page"]


@pytest.mark.parametrize(
    ("value", "status"), [("true", 200), ("0", 200), ("", 200), ("null", 400), ("yes", 400)]
)
def test_filter_that_is_true_or_false_takes_nothing_else(tenant: Tenant, value: str, status: int) -> None:
    answer = client_of(tenant.owner).get(f"/api/v1/system/notifications/?unread={value}")
    assert answer.status_code == status
    assert answer.json().get("errors") == ({"unread": ["Must be true or false."]} if status == 400 else None)
