"""Walks every operation that the API describes with another account's ids; a new operation is walked unasked."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, ApiKey, Site, User
from igny8_core.auth.principals import PRINCIPALS
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make, tenant_make
from igny8_core.testing.isolation import key_client, marker_of, row_of, snapshot, tenant_models

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
WITHOUT_TEXT = {"billing.CreditAccount": "holds numbers alone"}
DETAIL_SHARE = 0.8  # of the operations on a row must answer 2xx to its owner


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the description gives it."""

    method: str
    path: str
    description: Any

    @property
    def path_names(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def query_names(self) -> list[str]:
        return [one["name"] for one in self.description.get("parameters", ()) if one["in"] == "query"]

    @property
    def body(self) -> dict[str, Any]:
        content = self.description.get("requestBody", {}).get("content", {})
        schema = next((one["schema"] for one in content.values()), {})
        return _resolved(schema).get("properties", {})

    @property
    def is_upload(self) -> bool:
        return list(self.description.get("requestBody", {}).get("content", {})) == ["multipart/form-data"]


@cache
def _schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def _resolved(schema: Any) -> Any:
    while "$ref" in schema or "allOf" in schema:
        if "allOf" in schema:
            schema = schema["allOf"][0]
            continue
        schema = _schema()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def operations() -> list[Operation]:
    return [
        Operation(method, path, item[method])
        for path, item in sorted(_schema()["paths"].items())
        for method in METHODS
        if method in item
    ]


class World:
    """An attacker's account and a victim's, with a marked row in every table behind the wall."""

    def __init__(self) -> None:
        self.mine, self.victim = tenant_make(), tenant_make()
        self.stranger = tenant_make()
        self.models = [*tenant_models(), User, ApiKey]
        _mark(self.victim)
        self.own = {model: row_of(model, self.mine) for model in self.models}
        self.theirs = {model: row_of(model, self.victim) for model in self.models}
        other = site_make(self.victim)
        self.actors: dict[str, APIClient] = {
            "owner": client_of(self.mine.owner),
            "member": client_of(self.mine.member),
            "viewer": client_of(self.mine.viewer),
            "stranger": client_of(self.stranger.owner),
            "anonymous": APIClient(raise_request_exception=False),
            "key of another site": key_client(self.victim.owner, site=other),
        }
        self.victims_owner = client_of(self.victim.owner)

    def model_named(self, name: str, operation: Operation) -> Any:
        """The model that a parameter or field speaks of: by its own name, else the view's, else the address's."""
        view = _view(operation)
        base = re.sub(r"(_ids?|s)$", "", name).replace("_", "")
        if base in ("pk", "id", ""):
            if hasattr(view, "model"):
                return view.model
            base = operation.path.split("/{")[0].rsplit("/", 1)[1].removesuffix("s")
        named = [model for model in self.models if model.__name__.lower() == base]
        named += [model for model in self.models if model.__name__.lower().endswith(base)]
        return named[0] if named else getattr(view, "model", None)

    def victim_row(self, operation: Operation) -> Any:
        """A fresh copy of the victim's row that the operation is about."""
        row = self.theirs[self.model_named("id", operation)]
        return type(row)._base_manager.get(pk=row.pk)

    def id_named(self, name: str, operation: Operation, *, of_victim: bool) -> UUID:
        model = self.model_named(name, operation)
        row = (self.theirs if of_victim else self.own).get(model)
        return row.pk if row is not None else uuid4()


def _mark(victim: Tenant) -> None:
    Account.objects.filter(pk=victim.account.pk).update(name=marker_of(victim, of_site=False))
    marker = marker_of(victim)
    with victim.work():
        Site.objects.filter(pk=victim.site.pk).update(name=marker, domain=f"{marker}.example")
        for sector in (victim.sector, victim.other_sector):
            type(sector).objects.filter(pk=sector.pk).update(name=marker, slug=f"{marker}-{sector.slug}")


def _is_id(schema: Any) -> bool:
    schema = _resolved(schema)
    schema = _resolved(schema.get("items", schema))
    return schema.get("format") == "uuid"


def _value(schema: Any, row_id: UUID) -> Any:
    schema = _resolved(schema)
    if schema.get("oneOf"):
        schema = _resolved(schema["oneOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_value(schema["items"], row_id)]
    plain = {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": True, "object": {}}
    formats = {
        "uuid": str(row_id),
        "date-time": "2030-01-01T00:00:00Z",
        "email": "probe@example.test",
        "uri": "https://probe.example/",
        "binary": SimpleUploadedFile("probe.csv", b"Keyword,Volume\nprobe,10\n"),
        "decimal": "1.5",
    }
    text = formats.get(schema.get("format"), "probe-of-the-walker")
    return plain.get(schema.get("type"), text[: schema.get("maxLength")] if isinstance(text, str) else text)


def _view(operation: Operation) -> Any:
    path = re.sub(r"{(\w+)}", lambda found: _sample(found[1]), operation.path)
    return getattr(resolve(path).func, "cls", None)


def _sample(name: str) -> str:
    return {"key": "article_section", "number": "1"}.get(name, str(UUID(int=0)))


def _send(world: World, client: APIClient, operation: Operation, position: tuple[str, str]) -> Any:
    """Ask with the victim's id at one position and the caller's own ids everywhere else."""

    def row_id(place: str, name: str) -> UUID:
        is_victims = position in ((place, name), ("everywhere", ""))
        return world.id_named(name, operation, of_victim=is_victims)

    def in_path(found: re.Match[str]) -> str:
        sample = _sample(found[1])
        return sample if sample != str(UUID(int=0)) else str(row_id("path", found[1]))

    path = re.sub(r"{(\w+)}", in_path, operation.path)
    if position[0] == "query":
        path += f"?{position[1]}={row_id('query', position[1])}"
    body = {name: _value(schema, row_id("body", name)) for name, schema in operation.body.items()}
    if operation.method == "get":
        return client.get(path)
    kind = "multipart" if operation.is_upload else "json"
    if kind == "multipart":
        body = {name: value for name, value in body.items() if value is not None}
    return getattr(client, operation.method)(path, body, format=kind)


def _positions(operation: Operation) -> list[tuple[str, str]]:
    found = [("path", name) for name in operation.path_names if name not in ("key", "number")]
    found += [("query", name) for name in operation.query_names]
    found += [("body", name) for name, schema in operation.body.items() if _is_id(schema)]
    return found or [("nowhere", "")]


@contextmanager
def _undone() -> Iterator[None]:
    """Run inside a savepoint that is rolled back: no probe lives on what another one did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    PRINCIPALS.clear()


def _prepare(world: World, operation: Operation) -> None:
    """What is to be restored must have been deleted."""
    if operation.path.endswith("}/restore/"):
        with world.victim.work():
            world.victim_row(operation).delete()


def _seen(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{content.decode(errors='replace')} {dict(response.items())}"


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
    found = operations()
    markers = {
        actor: [marker_of(world.victim), marker_of(world.victim, of_site=False)] for actor in world.actors
    }
    # A key of the victim's own account may see what belongs to the whole account, never the first site.
    markers["key of another site"] = [marker_of(world.victim)]
    problems, counts = [], Counter[str]()
    for operation in found:
        for actor, client in world.actors.items():
            for position in _positions(operation):
                counts[actor] += 1
                is_inside = actor == "key of another site"
                with _undone():
                    _prepare(world, operation)
                    before = snapshot(world.victim, of_site=is_inside)
                    response = _send(world, client, operation, position)
                    seen, after = _seen(response), snapshot(world.victim, of_site=is_inside)
                what = (
                    f"{actor}: {operation.method.upper()} {operation.path} {position} {response.status_code}"
                )
                if response.status_code >= 500:
                    problems.append(f"{what} {seen[:200]}")
                if any(marker in seen for marker in markers[actor]):
                    problems.append(f"{what} shows the victim's rows")
                if after != before:
                    problems.append(f"{what} changes the victim's rows")
    print(json.dumps({"operations": len(found), "probes": sum(counts.values()), "per actor": counts}))  # noqa: T201 - the figures of the run
    assert problems == []
    assert len(found) > 60


def test_owner_is_answered_where_others_are_refused(world: World) -> None:
    """A denial proves nothing where even the owner is refused."""
    detail = [operation for operation in operations() if set(operation.path_names) & {"id", "pk"}]
    refused = []
    for operation in detail:
        with _undone():
            _prepare(world, operation)
            response = _send(world, world.victims_owner, operation, ("everywhere", ""))
            assert response.status_code < 500, f"{operation.method} {operation.path} {_seen(response)[:300]}"
        if response.status_code >= 300:
            refused.append(
                f"{operation.method} {operation.path} {response.status_code} {_seen(response)[:160]}"
            )
    assert len(refused) <= (1 - DETAIL_SHARE) * len(detail), "\n".join(refused)
