"""Roles x operations: every operation is asked by every role and by keys, and answers as the table says."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from igny8_core.api.operations import KEY_SCOPES, OPERATIONS, RANK, OperationRule
from igny8_core.auth.models import Role
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import tenant_make, user_make
from igny8_core.testing.isolation import key_client, limited_user, snapshot
from igny8_core.testing.isolation.operations import Position, WalkedOperation, operations
from igny8_core.testing.isolation.walker import World, send, undone

pytestmark = pytest.mark.django_db(databases=["default", "ops"])

NOWHERE = Position("nowhere", "")
REFUSALS = {"role_too_low", "staff_only", "scope_missing", "people_only", "site_scope_too_narrow"}


@pytest.fixture
def world(db: None) -> World:
    return World()


def _rule(operation: WalkedOperation) -> OperationRule:
    return OPERATIONS[operation.description["operationId"]]


def _guarded() -> list[WalkedOperation]:
    return [operation for operation in operations() if operation.description and _rule(operation).role]


def _code(world: World, client: APIClient, operation: WalkedOperation) -> tuple[int, str]:
    with undone():
        before = snapshot(world.mine)
        response = send(world, client, operation, NOWHERE)
        if response.status_code in (401, 403):
            assert snapshot(world.mine) == before, f"{operation} was refused and changed something"
    is_json = response.get("Content-Type", "").startswith("application/json")
    body: Any = response.json() if is_json and response.content else {}
    return response.status_code, body.get("code", "")


@pytest.mark.parametrize("role", list(Role))
def test_role_may_what_the_table_says(world: World, role: Role) -> None:
    user = world.mine.owner if role is Role.OWNER else user_make(world.mine.account, role=role)
    client, wrong = client_of(user), []
    for operation in _guarded():
        rule, (status, code) = _rule(operation), _code(world, client, operation)
        is_low = RANK[role] < RANK[rule.role or Role.OWNER]
        expected = "role_too_low" if is_low else "staff_only" if rule.staff else None
        if (expected and (status, code) != (403, expected)) or (not expected and code in REFUSALS):
            wrong.append(f"{role} {operation}: {status} {code}, not {expected}")
    assert wrong == []


def test_nobody_may_nothing(world: World) -> None:
    client = APIClient(raise_request_exception=False)
    seen = {str(operation): _code(world, client, operation) for operation in _guarded()}
    assert set(seen.values()) == {(401, "not_authenticated")}, seen


def test_key_needs_its_scope_for_every_operation(world: World) -> None:
    wrong = []
    for scope in (None, *KEY_SCOPES):
        scopes = [one for one in KEY_SCOPES if one != scope]
        client = key_client(world.mine.owner, scopes=scopes)
        for operation in _guarded():
            rule = _rule(operation)
            needed = rule.scope(operation.view.room)
            if rule.staff or (scope is not None and needed != scope):
                continue
            expected = "people_only" if needed is None else "scope_missing" if needed == scope else None
            status, code = _code(world, client, operation)
            if (expected and (status, code) != (403, expected)) or (not expected and code in REFUSALS):
                wrong.append(f"key without {scope} {operation}: {status} {code}, not {expected}")
    assert wrong == []


def test_admin_of_one_site_may_nothing_that_is_about_the_whole_account(world: World) -> None:
    client, wrong = client_of(limited_user(world.mine, world.mine.site)), []
    for operation in _guarded():
        rule, (status, code) = _rule(operation), _code(world, client, operation)
        if rule.whole_account and (status, code) != (403, "site_scope_too_narrow"):
            wrong.append(f"{operation}: {status} {code}")
        if not rule.whole_account and code == "site_scope_too_narrow" and "prompt" not in str(operation):
            wrong.append(f"{operation}: {status} {code}")
    assert wrong == []


def test_world_of_another_plan_has_the_same_table(db: None) -> None:
    """Permissions come from the table alone: a plan, or the number of an account's rows, changes none of them."""
    tenant = tenant_make(plan="trial")
    answer = client_of(tenant.viewer).post("/api/v1/planner/keywords/", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_too_low")
