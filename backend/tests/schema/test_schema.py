"""Asks every described operation with generated requests and holds each answer against its description.

Run by `make test-schema`; it is kept out of `make test` because it takes minutes.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from igny8_core.api import throttling
from igny8_core.api.operations import OPERATIONS
from igny8_core.auth import middleware
from igny8_core.auth.models import StaffRole
from igny8_core.modules.integration import outbound_guard
from igny8_core.modules.integration.outbound_errors import HostNotFound
from igny8_core.tenancy.redis import redis_client
from igny8_core.testing.factories import PASSWORD, password_give, staff_make, tokens_make
from igny8_core.testing.isolation.operations import WORDS, WalkedOperation, description
from igny8_core.testing.isolation.walker import World, undone

# Operations of staff read through the operations role's connection too.
pytestmark = [pytest.mark.schema, pytest.mark.django_db(databases=["default", "ops"])]

FIT, UNFIT = 12, 5  # examples per operation: requests that the description allows, and that it forbids
ANSWERED_SHARE = 0.85  # of the operations must do what was asked at least once; 404s alone prove little
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
# Of schemathesis's other checks these are not asked:
# - positive_data_acceptance: an id of no row, a cursor or a mailed code that nobody gave are well formed and refused.
# - negative_data_rejection for bodies: DRF reads the number 5 where the text "5" is asked, and the reverse;
#   on GET it is asked.
# - ignored_auth: tests/isolation/test_walk.py asks every operation without a credential.
# - use_after_free, ensure_resource_availability: they need a sequence, and every example here is rolled back.
# - unsupported_method, missing_required_header, allow_header_conformance: they judge schemathesis's coverage phase
#   alone, which sends ten times as much.


class Caller:
    """An owner with a row in every table, whose ids, password and tokens stand in many of the requests."""

    def __init__(self, world: World) -> None:
        self.world, self.owner = world, password_give(world.victim.owner)
        self.tokens = tokens_make(self.owner)
        self.staff = tokens_make(staff_make(StaffRole.ADMIN))
        self.texts = {
            "email": self.owner.email,
            "password": PASSWORD,
            "old_password": PASSWORD,
            "refresh": self.tokens.refresh,
            "base_url": "https://blog.example",
            "time_zone": "Europe/Berlin",
        }

    def headers(self, operation: WalkedOperation) -> dict[str, str]:
        """The owner's credential, or that of staff inside the owner's account where nobody else may."""
        rule = OPERATIONS[operation.description["operationId"]]
        if not rule.staff:
            return {"Authorization": f"Bearer {self.tokens.access}"}
        headers = {"Authorization": f"Bearer {self.staff.access}"}
        return headers if rule.in_own_name else {**headers, "X-Account-ID": str(self.owner.account_id)}

    def make_own(self, case: Any, operation: WalkedOperation) -> None:
        """Put what the owner really has in place of generated ids and secrets."""
        ids = {(one.place, one.name): one for one in operation.positions()}
        places = {"path": case.path_parameters, "body": case.body}
        for place, values in places.items():
            for name, value in values.items() if isinstance(values, dict) else ():
                position = ids.get((place, name))
                if position is None:
                    values[name] = WORDS.get(name, self.texts.get(name, value))
                    continue
                row_id = str(self.world.id_at(position, operation, of_victim=True))
                values[name] = [row_id] if isinstance(value, list) else row_id


@pytest.fixture(autouse=True)
def _as_in_process(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Iterator[None]:
    """No limit hides an answer, nothing leaves the machine, no request closes the connection of the test."""
    settings.MEDIA_ROOT, settings.PREVIEW_ROOT = tmp_path / "media", tmp_path / "preview"
    # A price is answered; nobody listens there.
    settings.EMBEDDING_BASE_URL, settings.EMBEDDING_MODEL = "http://127.0.0.1:1", "fake"
    monkeypatch.setattr(throttling, "count_in_window", lambda key, seconds: None)
    monkeypatch.setattr(middleware, "count_in_window", lambda key, seconds: None)
    monkeypatch.setattr(outbound_guard, "_resolve", _no_network)
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


def _no_network(host: str, **_: Any) -> list[str]:
    raise HostNotFound(f"{host} is not looked up in a test.")


def test_every_operation_answers_as_described(subtests: Any, capsys: pytest.CaptureFixture[str]) -> None:
    caller = Caller(World())
    answers: dict[str, Counter[int]] = {}
    schema = schemathesis.openapi.from_dict(description())
    schema.config.generation.with_security_parameters = False  # we sign in ourselves
    for found in schema.get_all_operations():
        described = found.ok()
        operation = WalkedOperation(described.method, described.path, described.definition.raw)
        seen = answers[str(operation)] = Counter[int]()
        with subtests.test(str(operation)):
            _ask_as_described(caller, operation, described, seen)
    figures, silent = _figures(answers)
    with capsys.disabled():
        print(json.dumps(figures))  # noqa: T201 - the figures of the run
    assert len(silent) <= (1 - ANSWERED_SHARE) * len(answers), "\n".join(silent)


def _ask_as_described(caller: Caller, operation: WalkedOperation, described: Any, seen: Counter[int]) -> None:
    modes = [(GenerationMode.POSITIVE, FIT)]
    if any((described.path_parameters.items, described.query.items, described.body.items)):
        modes.append((GenerationMode.NEGATIVE, UNFIT))
    for mode, examples in modes:
        cases = described.as_strategy(generation_mode=mode)
        _ask(caller, operation, seen, cases=cases, examples=examples, is_fit=mode.is_positive)


def _ask(
    caller: Caller, operation: WalkedOperation, seen: Counter[int], *, cases: Any, examples: int, is_fit: bool
) -> None:
    checks = [*CHECKS, negative_data_rejection] if operation.method == "get" else [*CHECKS]

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(
            HealthCheck
        ),  # the slowness is the requests', the filtering schemathesis's own
    )
    @given(case=cases, is_own=st.sampled_from((True, True, False)))
    def ask(case: Any, is_own: bool) -> None:
        if is_fit and is_own:
            caller.make_own(case, operation)
        redis_client().flushdb()  # one example's wrong passwords do not lock out the next one
        headers = caller.headers(operation)
        with undone():
            caller.world.prepare(operation)
            response = case.call(app=WSGIHandler(), headers=headers)
        seen[response.status_code] += 1
        case.validate_response(response, checks=checks, headers=headers)

    ask()


def _figures(answers: dict[str, Counter[int]]) -> tuple[dict[str, Any], list[str]]:
    """What the run amounts to, and the operations that never did what was asked."""
    silent = [name for name, seen in answers.items() if not any(200 <= code < 300 for code in seen)]
    statuses = sum(answers.values(), Counter[int]())
    figures = {
        "operations": len(answers),
        "answered 2xx": len(answers) - len(silent),
        "examples": statuses.total(),
        "by status": dict(sorted(statuses.items())),
    }
    return figures, silent
