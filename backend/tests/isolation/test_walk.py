"""Walks every operation that the API describes with another account's ids; a new operation is walked unasked."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.testing.isolation import marker_of, tenant_models, text_of
from igny8_core.testing.isolation.operations import EVERYWHERE, Position, WalkedOperation, operations
from igny8_core.testing.isolation.walker import World, send, text_seen, undone, walk

pytestmark = pytest.mark.django_db(databases=["default", "ops"])

WITHOUT_TEXT = {
    "billing.CreditAccount": "holds numbers alone",
    "system.NotificationRead": "holds keys alone",
}
DETAIL_SHARE = 0.8  # of the operations on a row must answer 2xx to its owner
LEAST_PROBES = 3000
FIGURES = "IGNY8_ISOLATION_FIGURES"  # names a file for the figures of the run


def _details() -> list[WalkedOperation]:
    return [operation for operation in operations() if operation.path_names]


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_victim_has_a_marked_row_in_every_table(world: World) -> None:
    victim, missing = world.victim, []
    markers = [marker_of(victim), marker_of(victim, of_site=False)]
    for model in tenant_models():
        with victim.work(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {model._meta.db_table} t WHERE account_id = %s AND "
                "(t::text LIKE %s OR t::text LIKE %s OR %s)",
                [victim.account.pk, *(f"%{one}%" for one in markers), model._meta.label in WITHOUT_TEXT],
            )
            if cursor.fetchone() == (0,):
                missing.append(model._meta.label)
    assert missing == []


def test_no_operation_shows_or_changes_another_accounts_rows(world: World) -> None:
    walked = operations()
    findings = walk(world, walked)
    lines = [*findings.lines(), findings.line(len(walked))]
    if FIGURES in os.environ:
        Path(os.environ[FIGURES]).write_text("\n".join(lines) + "\n")
    assert (findings.leaks, findings.errors) == ([], [])
    assert len(findings.operations) == len(walked)
    assert sum(findings.probes.values()) >= LEAST_PROBES


def _is_answered(operation: WalkedOperation, response: Any) -> bool:
    """Whether somebody got what they asked for; an action of a page goes on to the next page, never to the entrance."""
    if operation.is_page and response.status_code == 302:
        return not response["Location"].startswith("/sign-in/")
    return bool(response.status_code < 300)


def test_owner_is_answered_where_others_are_refused(world: World) -> None:
    """A denial proves nothing where even the owner is refused."""
    detail, refused = _details(), []
    for operation in detail:
        with undone():
            world.prepare(operation)
            response = send(world, world.owner_client(operation), operation, EVERYWHERE)
            assert response.status_code < 500, f"{operation} {text_seen(response)[:300]}"
        if not _is_answered(operation, response):
            refused.append(f"{operation} {response.status_code} {text_seen(response)[:160]}")
    assert len(refused) <= (1 - DETAIL_SHARE) * len(detail), "\n".join(refused)


@pytest.mark.parametrize(
    "actor", ["owner", "viewer", "staff", "key of another site", "admin of another site"]
)
def test_foreign_id_and_missing_id_cost_and_say_the_same_on_every_row(world: World, actor: str) -> None:
    different = []
    for operation in _details():
        client = world.client(actor, operation)
        for name in operation.path_names:
            position, missing, seen = Position("path", name), uuid4(), []
            foreign = world.id_at(position, operation, of_victim=True)
            for instead in (None, missing):
                with undone():
                    client.get("/api/v1/auth/me/")  # the principal is known: statements can be compared
                    with CaptureQueriesContext(connection) as queries:
                        response = send(world, client, operation, position, instead=instead)
                seen.append((text_of(response).replace(str(instead or foreign), "<id>"), len(queries)))
            if seen[0] != seen[1]:
                different.append(f"{operation}: {seen[0]} {seen[1]}")
    assert different == []
