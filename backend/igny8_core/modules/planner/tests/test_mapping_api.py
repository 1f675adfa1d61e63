"""Columns of uploads over HTTP: shown, said, refused, remembered and forgotten."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.modules.planner.tests.test_mapping import (
    GERMAN,
    SAID,
    looked,
    preview_of,
    remembered,
    start,
)
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

BASE = "/api/v1/planner"


def uploaded(tenant: Tenant, client: Any, content: str = GERMAN) -> dict[str, Any]:
    file = SimpleUploadedFile("liste.csv", content.encode(), "text/csv")
    body = {"file": file, "site": str(tenant.site.pk), "preview": "true"}
    answer = client.post(f"{BASE}/imports/", body, format="multipart")
    assert answer.status_code == 201, answer.json()
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_columns_are_shown_said_and_remembered(tenant: Tenant) -> None:
    client = client_of(tenant.member)
    data = uploaded(tenant, client)
    preview = data["preview"]
    assert (preview["needs_mapping"], preview["credits"], preview["keywords_left"]) == (
        True,
        0,
        tenant.account.plan.max_keywords,
    )
    address = f"{BASE}/imports/{data['id']}/"
    refused = client.post(f"{address}start/")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_needs_mapping")
    for _ in range(2):
        answer = client.post(f"{address}map/", {"columns": SAID}, format="json")
        assert (answer.status_code, answer.json()["data"]["preview"]["mapping"]) == (200, "given")
    assert answer.json()["data"]["preview"]["adds_at_most"] == 2
    assert client.post(f"{address}start/").status_code == 202
    late = client.post(f"{address}map/", {"columns": SAID}, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "import_state_conflict")
    assert remembered(tenant) == [(SAID, "liste.csv", tenant.member.pk)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"columns": {"Keyword": "text"}}, "import_column_unknown"),
        ({"columns": {"Begriff": "text", "Notiz": "colour"}}, "import_field_unknown"),
        ({"columns": {"Begriff": "text", "Notiz": "text"}}, "import_field_twice"),
        ({"columns": {"Notiz": "volume"}}, "import_keyword_column_missing"),
        ({"positions": ["text", None, None, "volume"]}, "import_column_unknown"),
        ({"columns": {"Begriff": "text"}, "positions": ["text"]}, "validation_error"),
        ({"columns": {"Begriff": 5 * ["text"]}}, "validation_error"),
        ({"colums": {}}, "validation_error"),
    ],
)
def test_wrong_columns_are_a_400(tenant: Tenant, body: Any, code: str) -> None:
    client = client_of(tenant.member)
    data = uploaded(tenant, client)
    answer = client.post(f"{BASE}/imports/{data['id']}/map/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    shown = client.get(f"{BASE}/imports/{data['id']}/").json()["data"]
    assert shown["preview"] == data["preview"]


def test_places_and_nothing_are_taken(tenant: Tenant) -> None:
    client = client_of(tenant.member)
    data = uploaded(tenant, client, "Hut,5\n")
    address = f"{BASE}/imports/{data['id']}/map/"
    said = client.post(address, {"positions": ["text", "volume"]}, format="json").json()["data"]
    assert (said["preview"]["rows"], said["preview"]["has_header"]) == (1, False)
    found = client.post(address, {}, format="json").json()["data"]
    assert (found["preview"]["mapping"], found["preview"]["needs_mapping"]) == ("detected", True)


def test_viewer_stranger_and_key_of_another_site_change_nothing(tenant: Tenant, stranger: Tenant) -> None:
    data = uploaded(tenant, client_of(tenant.member))
    address = f"{BASE}/imports/{data['id']}/map/"
    body = {"columns": SAID}
    assert client_of(tenant.viewer).post(address, body, format="json").status_code == 403
    texts = [
        client_of(stranger.owner).post(one, body, format="json")
        for one in (address, f"{BASE}/imports/{uuid4()}/map/", f"{BASE}/imports/x/map/")
    ]
    assert [(one.status_code, one.json()["code"]) for one in texts] == [(404, "not_found")] * 3
    assert preview_of(tenant, UUID(data["id"])).needs_mapping


def test_remembered_columns_are_forgotten_and_brought_back(tenant: Tenant, stranger: Tenant) -> None:
    start(tenant, looked(tenant, columns=SAID))
    client = client_of(tenant.member)
    [row] = client.get(f"{BASE}/import-mappings/").json()["results"]
    address = f"{BASE}/import-mappings/{row['id']}/"
    assert (row["columns"], row["header"]) == (SAID, list(SAID))
    assert client_of(tenant.viewer).delete(address).status_code == 403
    assert client_of(stranger.owner).delete(address).status_code == 404
    assert client.delete(address).status_code == 204
    assert preview_of(tenant, looked(tenant)).needs_mapping
    assert client.post(f"{address}restore/").status_code == 200
    assert preview_of(tenant, looked(tenant)).mapping == "remembered"
    assert client.delete(address).status_code == 204
    start(tenant, looked(tenant, columns={"Notiz": "text"}))
    taken = client.post(f"{address}restore/")
    assert (taken.status_code, len(remembered(tenant))) == (409, 1)
