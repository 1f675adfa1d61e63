"""Every operation of the API has a row that says who may call it, and every row an operation."""

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from igny8_core.api.operations import OPERATIONS, permissions_page
from igny8_core.auth.models import Role


def _described() -> dict[str, dict]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return {
        operation["operationId"]: {**operation, "path": path, "method": method}
        for path, item in schema["paths"].items()
        for method, operation in item.items()
    }


def test_operation_without_a_row_or_row_without_an_operation_is_found() -> None:
    assert set(_described()) == set(OPERATIONS)


def test_description_says_who_may() -> None:
    for name, operation in _described().items():
        rule = OPERATIONS[name]
        text = operation["description"]
        if rule.role is None:
            assert "Open to everybody" in text
            assert "security" not in operation, name
        else:
            assert "Roles: " in text
            assert ("Key scope: " in text) == (rule.verb is not None), name
            assert ({"apiKey": []} in operation["security"]) == (rule.verb is not None), name


def test_reading_takes_no_write_scope_and_writing_no_read_scope() -> None:
    for name, operation in _described().items():
        if OPERATIONS[name].verb is not None:
            assert OPERATIONS[name].verb == ("read" if operation["method"] == "get" else "write"), name


def test_viewers_write_nothing_but_their_own_sign_in() -> None:
    for name, operation in _described().items():
        rule = OPERATIONS[name]
        if operation["method"] != "get" and rule.role is Role.VIEWER:
            assert rule.in_own_name, name


def test_page_of_permissions_is_current() -> None:
    page = settings.PROJECT_DIR / "docs" / "permissions.md"
    assert page.read_text() == permissions_page(), "run: manage.py permissions > docs/permissions.md"
