"""The API's description is enough to make a client from: what each operation does, gives, and how it refuses."""

from typing import Any

import pytest
from drf_spectacular.validation import validate_schema
from jsonschema import ValidationError

from igny8_core.api import base
from igny8_core.api.base import AccountListViewSet
from igny8_core.api.schema import ERROR_SCHEMA
from igny8_core.common.sheets import XLSX_TYPE
from igny8_core.testing.isolation.operations import description, operations, resolved

ALWAYS = {"400", "401", "403", "404", "406", "429", "503"}
OF_METHOD = {
    "get": set(),
    "post": {"409", "413", "415", "422"},
    "put": {"409", "412", "413", "415", "422"},
    "patch": {"409", "412", "413", "415", "422"},
    "delete": {"409", "412"},
}
# Writing starts paid work and nothing else; a run begins with free stages and pauses when the credits end.
MORE = {"planner_cluster_run": {"402"}, "writer_task_write": {"402"}, "writer_article_approve": {"412"}}
# Streamed, without an envelope.
FILES = {
    "account_audit_export",
    "billing_ledger_export",
    "billing_statement_export",
    "planner_idea_export",
    "planner_keyword_export",
}
WORKBOOKS = {"planner_idea_export_xlsx", "planner_keyword_export_xlsx"}
# 202 without a job to poll: a mail is on its way, and whether anybody reads it is not said.
MAILED = {"account_invitation_create", "account_invitation_resend", "auth_password_reset", "auth_register"}


def _operations() -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method, operation)
        for item in description()["paths"].values()
        for method, operation in item.items()
    }


def _answer(response: dict[str, Any]) -> Any:
    return response["content"]["application/json"]["schema"]


def test_description_is_valid() -> None:
    described = description()
    validate_schema(described)
    with pytest.raises(ValidationError):  # what is no description is seen
        validate_schema({**described, "paths": []})


def test_every_operation_says_in_its_own_words_what_it_does() -> None:
    of_frame = {
        getattr(method, "__doc__", None)
        for view in vars(base).values()
        if isinstance(view, type)
        for method in vars(view).values()
    }
    for name, (_, operation) in _operations().items():
        assert operation.get("summary"), name
        text, *_ = operation["description"].split("\n\n")
        assert not text.startswith(("Roles: ", "Open to everybody")), name
        assert text not in of_frame, name


def test_summaries_tell_operations_of_a_room_apart() -> None:
    seen: dict[tuple[str, str], str] = {}
    for name, (_, operation) in _operations().items():
        key = (operation["tags"][0], operation["summary"])
        assert seen.setdefault(key, name) == name, f"{name} and {seen[key]} are both {key}"


def test_every_operation_has_its_refusals_in_the_one_envelope() -> None:
    components = description()["components"]
    assert components["schemas"]["Error"] == ERROR_SCHEMA
    for name, (method, operation) in _operations().items():
        expected = ALWAYS | OF_METHOD[method] | MORE.get(name, set())
        refusals = {code: one for code, one in operation["responses"].items() if code[0] in "45"}
        assert set(refusals) == expected, name
        for code, refusal in refusals.items():
            assert refusal == {"$ref": f"#/components/responses/{code}"}, name
            assert _answer(components["responses"][code]) == {"$ref": "#/components/schemas/Error"}, name


def test_every_answer_stands_in_the_envelope_and_long_work_gives_its_job() -> None:
    for name, (_, operation) in _operations().items():
        for code in {"200", "201", "202"} & set(operation["responses"]):
            answer = operation["responses"][code]
            if name in FILES:
                assert answer["content"] == {"text/csv": {"schema": {"type": "string"}}}
                continue
            if name in WORKBOOKS:
                assert answer["content"] == {XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}}}
                continue
            schema = resolved(_answer(answer))
            assert {"success", "request_id"} <= set(schema["required"]), name
            assert {"data", "results"} & set(schema["required"]), name
            if code == "202" and name not in MAILED:
                assert "job_id" in resolved(schema["properties"]["data"])["properties"], name


def test_parameters_are_those_that_the_view_takes() -> None:
    for operation in operations():
        view, action = operation.view, operation.action
        if operation.is_page or (action == "list" and issubclass(view, AccountListViewSet)):
            continue  # a list's come from its filter set, here and there
        assert set(operation.query_names) == view.parameters.get(action, frozenset()), operation


def test_what_needs_no_fields_reads_no_body() -> None:
    for name, (_, operation) in _operations().items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert resolved(content["schema"])["properties"], name
        assert not (name.endswith("_restore") and "requestBody" in operation), name
