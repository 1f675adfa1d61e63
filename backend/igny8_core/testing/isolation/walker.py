"""Sends every operation with another account's ids in every position, as every actor, and says what went wrong."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, Site, User
from igny8_core.auth.principals import PRINCIPALS
from igny8_core.tenancy.kinds import Kind
from igny8_core.testing.clients import browser_of, client_of
from igny8_core.testing.factories import Tenant, site_make, staff_make, tenant_make
from igny8_core.testing.isolation.operations import EVERYWHERE, WORDS, Position, WalkedOperation, value_for
from igny8_core.testing.isolation.rows import (
    key_client,
    limited_user,
    marker_of,
    row_of,
    snapshot,
    tenant_models,
)

# What an actor may do by right, and a probe must not count as a leak.
STAFF_DOOR = Position("header", "X-Account-ID")
# Actors of the victim's account whose sight ends at another site of it.
INSIDE = frozenset({"key of another site", "admin of another site"})


def models_walked() -> list[Any]:
    """Every table whose rows belong to an account."""
    identity = [
        model
        for model in apps.get_models()
        if getattr(model, "tenant_kind", None) is Kind.IDENTITY and model is not Account
    ]
    return [*tenant_models(), *identity]


class World:
    """An attacker's account and a victim's, with a marked row in every table behind the wall."""

    def __init__(self) -> None:
        self.mine, self.victim, self.stranger = tenant_make(), tenant_make(), tenant_make()
        _mark(self.victim)
        self.models = models_walked()
        self.own = {model: row_of(model, self.mine) for model in self.models}
        self.theirs = {model: row_of(model, self.victim) for model in self.models}
        other = site_make(self.victim)
        people: dict[str, User | None] = {
            "owner": self.mine.owner,
            "member": self.mine.member,
            "viewer": self.mine.viewer,
            "stranger": self.stranger.owner,
            "anonymous": None,
            "staff": staff_make(),
            "admin of another site": limited_user(self.victim, other),
        }
        self.actors: dict[str, APIClient] = {name: client_of(user) for name, user in people.items()}
        self.actors["key of another site"] = key_client(self.victim.owner, site=other)
        self.browsers = {name: browser_of(user) for name, user in people.items()}
        self.victims_owner, self.victims_browser = client_of(self.victim.owner), browser_of(self.victim.owner)
        self.undo_id = uuid4()  # what the victim's owner may take back: no row, it lives in their session

    def client(self, actor: str, operation: WalkedOperation) -> Client:
        """What an actor asks with: a browser for pages, a token for the API; a key has no browser."""
        return self.browsers.get(actor, self.actors[actor]) if operation.is_page else self.actors[actor]

    def owner_client(self, operation: WalkedOperation) -> Client:
        """What the victim's own owner asks with."""
        return self.victims_browser if operation.is_page else self.victims_owner

    def markers(self, actor: str) -> list[str]:
        """What an actor must never see; who is inside the account may see what belongs to the whole of it."""
        of_site, of_account = marker_of(self.victim), marker_of(self.victim, of_site=False)
        return [of_site] if actor in INSIDE else [of_site, of_account]

    def victims_state(self, actor: str) -> dict[str, tuple[int, str]]:
        """The rows that an actor must leave alone."""
        return snapshot(self.victim, of_site=actor in INSIDE)

    def id_at(self, position: Position, operation: WalkedOperation, *, of_victim: bool) -> object:
        """The id to put at a position."""
        tenant = self.victim if of_victim else self.mine
        if position.place == "header":
            return tenant.account.pk if position.name == "X-Account-ID" else tenant.site.pk
        if position.name == "undo_id" and of_victim:
            return self.undo_id
        model = self._model_named(position.name, operation)
        row = (self.theirs if of_victim else self.own).get(model)
        return row.pk if row is not None else uuid4()

    def _model_named(self, name: str, operation: WalkedOperation) -> Any:
        """The model that a parameter or field speaks of: by its own name, else the view's, else the address's."""
        view = operation.view
        name = operation.form_ids.get(name, name)
        base = re.sub(r"(_ids?|s)$", "", name).replace("_", "")
        if base in ("pk", "id", ""):
            if hasattr(view, "model"):
                return view.model
            base = operation.path.split("/{")[0].rstrip("/").rsplit("/", 1)[1].removesuffix("s")
        named = [model for model in self.models if model.__name__.lower() == base]
        named += [model for model in self.models if model.__name__.lower().endswith(base)]
        return named[0] if named else getattr(view, "model", None)

    def prepare(self, operation: WalkedOperation) -> None:
        """What is to be restored must have been deleted, and what is to be taken back must have been done."""
        if "undo_id" in operation.path_names:
            session = self.victims_browser.session
            session["undo"] = [[str(self.undo_id), {}]]
            session.save()
        if operation.path.endswith("}/restore/") and "revisions" not in operation.path:
            row = self.theirs[self._model_named("id", operation)]
            with self.victim.work():
                type(row)._base_manager.get(pk=row.pk).delete()


def _mark(victim: Tenant) -> None:
    Account.objects.filter(pk=victim.account.pk).update(name=marker_of(victim, of_site=False))
    User.objects.filter(account=victim.account).update(name=marker_of(victim, of_site=False))
    marker = marker_of(victim)
    with victim.work():
        Site.objects.filter(pk=victim.site.pk).update(name=marker, domain=f"{marker}.example")
        for sector in (victim.sector, victim.other_sector):
            type(sector).objects.filter(pk=sector.pk).update(name=marker, slug=f"{marker}-{sector.slug}")


def send(
    world: World,
    client: Client,
    operation: WalkedOperation,
    foreign: Position,
    *,
    instead: UUID | None = None,
) -> Any:
    """Ask with the victim's id (or the one `instead`) at one position and the caller's own ids everywhere else."""

    def row_id(place: str, name: str) -> object:
        position = Position(place, name)
        is_foreign = foreign in (position, EVERYWHERE)
        if is_foreign and instead is not None:
            return instead
        return world.id_at(position, operation, of_victim=is_foreign)

    path = re.sub(
        r"{(\w+)}", lambda found: WORDS.get(found[1]) or str(row_id("path", found[1])), operation.path
    )
    if foreign.place == "query":
        path += f"?{foreign.name}={row_id('query', foreign.name)}"
    headers = {foreign.name: str(row_id("header", foreign.name))} if foreign.place == "header" else {}
    if operation.method == "get":
        return client.get(path, headers=headers)
    body = {name: value_for(schema, row_id("body", name)) for name, schema in operation.body.items()}
    if operation.is_page:
        return client.post(path, body, headers=headers)
    if operation.is_upload:
        body = {name: value for name, value in body.items() if value is not None}
    kind = "multipart" if operation.is_upload else "json"
    return getattr(client, operation.method)(path, body, format=kind, headers=headers)


def text_seen(response: Any) -> str:
    """Everything that a caller sees."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{content.decode(errors='replace')} {dict(response.items())}"


@contextmanager
def undone() -> Iterator[None]:
    """Run inside a savepoint that is rolled back: no probe lives on what another one did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    PRINCIPALS.clear()


class _Heard(logging.Handler):
    """Keeps what is logged, as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Findings:
    """What the walk did and what it found."""

    operations: set[str] = field(default_factory=set)
    probes: Counter[tuple[str, str]] = field(default_factory=Counter)  # by actor and place of the id
    leaks: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The probes of each class: an actor with ids in one place."""
        return [
            f"isolation probes as {actor}, ids in {place}: {count}"
            for (actor, place), count in self.probes.items()
        ]

    def line(self, expected: int) -> str:
        """The walk in one line."""
        return (
            f"isolation operations {len(self.operations)}/{expected} probes {sum(self.probes.values())} "
            f"leaks {len(self.leaks)} errors {len(self.errors)}"
        )


def walk(world: World, walked: list[WalkedOperation]) -> Findings:
    """Probe every operation as every actor at every position, each a distinct (operation, actor, position)."""
    findings = Findings()
    heard = _Heard()
    logging.getLogger().addHandler(heard)
    try:
        for operation in walked:
            findings.operations.add(str(operation))
            for actor in world.actors:
                for position in operation.positions():
                    if (actor, position) != ("staff", STAFF_DOOR):
                        _probe(world, operation, actor, position, findings, heard)
    finally:
        logging.getLogger().removeHandler(heard)
    return findings


def _probe(
    world: World,
    operation: WalkedOperation,
    actor: str,
    position: Position,
    findings: Findings,
    heard: _Heard,
) -> None:
    findings.probes[actor, position.place] += 1
    heard.lines.clear()
    with undone():
        world.prepare(operation)
        before = world.victims_state(actor)
        response = send(world, world.client(actor, operation), operation, position)
        seen, after = text_seen(response), world.victims_state(actor)
    what = f"{actor}: {operation} [{position}] {response.status_code}"
    if response.status_code >= 500:
        findings.errors.append(f"{what} {seen[:300]}")
    for marker in world.markers(actor):
        if marker in seen:
            findings.leaks.append(f"{what} shows the victim's rows")
        if any(marker in line for line in heard.lines):
            findings.leaks.append(f"{what} logs the victim's rows")
    if after != before:
        findings.leaks.append(f"{what} changes the victim's rows")
