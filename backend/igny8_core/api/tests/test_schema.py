"""The description says what the API does: refusals, nulls, unknown fields, versions, the request's id."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers

from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

ALWAYS = {"400", "401", "403", "404", "406", "429", "503"}


@cache
def _schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def _operations() -> Iterator[tuple[str, Any]]:
    for item in _schema()["paths"].values():
        yield from ((method.upper(), operation) for method, operation in item.items())


def _model_serializers(base: Any = serializers.ModelSerializer) -> Iterator[Any]:
    assert get_resolver().url_patterns  # every view is imported by now
    for found in base.__subclasses__():
        if getattr(getattr(found, "Meta", None), "model", None) is not None:
            yield found
        yield from _model_serializers(found)


def _column(serializer: Any, source: str) -> Any:
    try:
        return serializer.Meta.model._meta.get_field(source)
    except FieldDoesNotExist:
        return None


def test_refusals_are_described_everywhere() -> None:
    for method, operation in _operations():
        expected = {*ALWAYS, *(() if method == "GET" else ("409",))}
        if method in ("POST", "PUT", "PATCH"):
            expected |= {"413", "415", "422"}
        if method in ("PUT", "PATCH", "DELETE"):
            expected.add("412")
        assert expected <= set(operation["responses"]), operation["operationId"]


def test_every_answer_is_described_with_its_request_id() -> None:
    shared = _schema()["components"]["responses"]
    for _, operation in _operations():
        for code, response in operation["responses"].items():
            headers = (shared[code] if "$ref" in response else response)["headers"]
            assert "X-Request-ID" in headers, (operation["operationId"], code)


def test_unknown_fields_are_described_as_refused() -> None:
    for _, operation in _operations():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            name = (schema.get("$ref") or schema["allOf"][0]["$ref"]).rsplit("/", 1)[1]
            assert _schema()["components"]["schemas"][name]["additionalProperties"] is False, name


def test_list_that_may_not_be_empty_is_described_so() -> None:
    site_ids = _schema()["components"]["schemas"]["InvitationInputRequest"]["properties"]["site_ids"]
    assert site_ids["minItems"] == 1


def test_row_with_a_version_is_described_with_304() -> None:
    described = {operation["operationId"]: operation["responses"] for _, operation in _operations()}
    assert "304" in described["account_site_retrieve"]
    assert "304" in described["system_prompt_retrieve"]
    assert "304" not in described["account_site_list"]


def test_columns_that_may_be_null_are_described_as_null() -> None:
    hidden = []
    for serializer in _model_serializers():
        for name, field in serializer().fields.items():
            column = _column(serializer, field.source)
            if column is not None and column.null and not field.allow_null:
                hidden.append(f"{serializer.__name__}.{name}")
    assert hidden == []


def test_list_is_described_with_its_filters_search_and_orders() -> None:
    keywords = _schema()["paths"]["/api/v1/planner/keywords/"]["get"]["parameters"]
    described = {one["name"]: one["schema"] for one in keywords}
    assert described["cluster"] == {"type": "string", "format": "uuid"}
    assert described["volume_min"] == {"type": "number"}
    assert "transactional" in described["intent"]["enum"]
    assert {"search", "ordering", "page", "cursor"} <= set(described)
    revisions = _schema()["paths"]["/api/v1/writer/articles/{id}/revisions/"]["get"]["parameters"]
    assert {one["name"] for one in revisions} == {"id", "page", "page_size", "cursor"}


@pytest.mark.django_db(transaction=True)
def test_patch_of_nothing_is_answered_as_described(tenant: Tenant) -> None:
    answer = client_of(tenant.owner).patch("/api/v1/auth/me/", {})
    assert answer.status_code == 200
    assert answer.json()["data"]["name"] == tenant.owner.name


def test_operations_are_grouped_by_room_and_name_the_headers_of_safe_writing() -> None:
    for path, item in _schema()["paths"].items():
        for method, operation in item.items():
            headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
            assert operation["tags"] == [path.split("/")[3]]
            is_guarded = "security" in operation
            assert ("Idempotency-Key" in headers) == (method == "post" and is_guarded), path
            if "If-Match" in headers:
                assert method in ("put", "patch", "delete")
                assert "412" in operation["responses"]


def test_idempotency_key_is_described_as_it_is_read(tenant: Tenant) -> None:
    path = "/api/v1/planner/keywords/"
    described = next(one for one in _schema()["paths"][path]["post"]["parameters"] if one["in"] == "header")
    client, body = client_of(tenant.owner), {"site": str(tenant.site.pk), "text": "shoes"}
    longest = "k" * described["schema"]["maxLength"]
    assert client.post(path, body, headers={"Idempotency-Key": longest}).status_code == 201
    for key in ("", longest + "k", "k\u00fc"):
        assert client.post(path, body, headers={"Idempotency-Key": key}).status_code == 400
