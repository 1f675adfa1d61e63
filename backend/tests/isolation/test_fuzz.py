"""Throws made-up parameters and headers at the API: never a 5xx, never a word of another account, always a request id.

Lists are found in the description, their filters in their views: a new one is fuzzed unasked.
"""

import base64
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django_filters import BooleanFilter, ChoiceFilter, IsoDateTimeFilter, NumberFilter, UUIDFilter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from igny8_core.api.filters import COMMON_PARAMETERS
from igny8_core.api.operations import OPERATIONS
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import staff_make, tokens_make
from igny8_core.testing.isolation.operations import WORDS, WalkedOperation, operations, resolved
from igny8_core.testing.isolation.walker import World, text_seen, undone

pytestmark = pytest.mark.django_db(databases=["default", "ops"])

LIST_EXAMPLES, HEADER_EXAMPLES = 72, 40  # of each list, of each request with headers
LEAST_LIST_EXAMPLES = 2000
GOOD_SHARE = 0.25  # of the lists' answers must be 200: refusals alone prove little

NAMES_OF_NOTHING = (
    "account", "account_id", "site__account__name__startswith", "created_by__password__startswith", "pk", "id",
    "id__in", "deleted_at__isnull", "site__name", "format", "limit", "offset", "_connector", "_negated", "fields",
    "site[]", "site__in", "page[]", "", "'", "1=1", "ORDER BY", "näme", "search\r\nX-Injected: 1",
)  # fmt: skip
BAD_TEXTS = (
    "", " ", "\x00", "a\x00b", "\r\nX-Injected: 1", "%", "_", "\\", "%00", "'", "''", '"', "' OR 1=1 --", "'; SELECT 1",
    "1) UNION SELECT * FROM igny8_auth_site --", "${7*7}", "{{7*7}}", "../../etc/passwd", "null", "undefined", "NaN",
    "Infinity", "-0", "1e400", "1e-400", "9" * 30, "9" * 5000, "-1", "0", "٣", "１", "true", "on", "ÿ", "ß", "İ",
    "\u202e", "\ud7ff", "𝕏", "a" * 5000, "(" * 200, "*", "?", "[", "+", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00", "2026-01-01", "24:00",
)  # fmt: skip
SETTINGS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # an example is short as it is, and shrinking asks hundreds of times
    suppress_health_check=list(
        HealthCheck
    ),  # requests are slow, and the world outlives an example on purpose
)


def _texts() -> Any:
    # Surrogates have no UTF-8, so no client can put one into a URL.
    return st.one_of(
        st.sampled_from(BAD_TEXTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    )


def _ids(world: World) -> Any:
    rows = [*world.own.values(), *world.theirs.values()]
    return st.one_of(st.sampled_from([str(row.pk) for row in rows]), st.uuids().map(str))


def _markers(world: World) -> Any:
    return st.sampled_from(
        [*world.markers("owner"), "hid", "own", *(str(one.account.pk) for one in (world.victim,))]
    )


def _values(declared: Any, world: World) -> Any:
    """Values that a filter takes."""
    if isinstance(declared, ChoiceFilter):
        return st.sampled_from([str(value) for value, _ in declared.extra["choices"]])
    kinds = {
        UUIDFilter: _ids(world),
        BooleanFilter: st.sampled_from(["true", "false", "True", "unknown"]),
        NumberFilter: st.one_of(st.integers(), st.floats(allow_nan=False), st.integers(0, 100)).map(str),
        IsoDateTimeFilter: st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    }
    return next((found for kind, found in kinds.items() if isinstance(declared, kind)), _markers(world))


def _orderings(view: Any) -> Any:
    names = st.sampled_from(
        [*getattr(view, "ordering_fields", ()), "id", "account__name", "site__account__name"]
    )
    return st.lists(st.tuples(st.sampled_from(["", "-", "--"]), names).map("".join), max_size=3).map(",".join)


def _cursors(world: World) -> Any:
    texts = st.one_of(_ids(world), _texts(), st.integers().map(str))
    encoded = texts.map(lambda text: base64.urlsafe_b64encode(text.encode()).decode())
    return st.one_of(st.just(""), encoded, encoded.map(lambda text: text.rstrip("=")), _texts())


def _parameters(operation: WalkedOperation, world: World) -> Any:
    """Lists of (name, value): mostly what the list declares, sometimes with a value that it cannot mean."""
    view = operation.view
    numbers = st.one_of(st.integers(1, 100), st.integers()).map(str)
    known = {"page": numbers, "page_size": numbers, "cursor": _cursors(world), "ordering": _orderings(view)}
    known["search"] = st.one_of(_markers(world), _texts())
    filterset = getattr(view, "filterset_class", None)
    known |= {
        name: _values(one, world) for name, one in (filterset.base_filters if filterset else {}).items()
    }
    if filterset is None:
        known |= {name: _ids(world) for name in operation.query_names if name not in known}
    good = st.sampled_from(sorted(known)).flatmap(lambda name: st.tuples(st.just(name), known[name]))
    bad = st.tuples(st.sampled_from(sorted(known)), _texts())
    nothing = st.tuples(st.one_of(st.sampled_from(NAMES_OF_NOTHING), _texts()), _texts())
    return st.lists(st.one_of(good, good, good, good, good, good, bad, nothing), max_size=3)


def _lists() -> list[WalkedOperation]:
    """Every operation that answers with a list."""
    found = []
    for operation in operations():
        content = operation.description.get("responses", {}).get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if "results" in resolved(schema).get("properties", {}):
            found.append(operation)
    return found


class Fuzzer:
    """Asks as the owner, or as staff what staff alone may; keeps count of the answers and looks at each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner, self.staff = client_of(world.mine.owner), client_of(staff_make())
        self.answers: Counter[int] = Counter()

    def check(self, response: Any, *, sent: str, is_staff: bool = False) -> None:
        """No defect, no leak, a request id; what the client sent itself may come back in a link or a complaint."""
        self.answers[response.status_code] += 1
        seen = text_seen(response)
        assert response.status_code < 500, (sent, seen[:500])
        request_id = UUID(response["X-Request-ID"])
        is_json = response.get("Content-Type") == "application/json"
        body = json.loads(response.content) if is_json else {}
        assert str(body.get("request_id", request_id)) == response["X-Request-ID"]
        assert "X-Injected" not in response.headers
        for marker in () if is_staff else self.world.markers("owner"):
            shown = json.dumps(body.get("results", body.get("data", ""))) if marker in sent else seen
            assert marker not in shown, (sent, seen[:500])


def _is_for_staff(operation: WalkedOperation) -> bool:
    return bool(OPERATIONS[operation.description["operationId"]].staff)


def _declared(operation: WalkedOperation) -> frozenset[str]:
    takes_common = "page" in operation.query_names and not operation.path_names
    return frozenset(operation.query_names) | (COMMON_PARAMETERS if takes_common else frozenset())


def _fuzz_list(fuzzer: Fuzzer, operation: WalkedOperation) -> None:
    is_staff, declared = _is_for_staff(operation), _declared(operation)
    world, client = fuzzer.world, fuzzer.staff if is_staff else fuzzer.owner
    path = operation.path
    for position in operation.positions():
        if position.place == "path":
            row_id = world.id_at(position, operation, of_victim=False)
            path = path.replace(f"{{{position.name}}}", str(row_id))
    for name, word in WORDS.items():
        path = path.replace(f"{{{name}}}", word)

    @settings(SETTINGS, max_examples=LIST_EXAMPLES)
    @given(parameters=_parameters(operation, world))
    def ask(parameters: list[tuple[str, str]]) -> None:
        query = urlencode(parameters)
        with undone():
            response = client.get(f"{path}?{query}")
        sent = f"{path} {parameters}"
        fuzzer.check(response, sent=sent, is_staff=is_staff)
        # An empty name without a value is no parameter to Django.
        if any(name not in declared and (name or value) for name, value in parameters):
            assert response.status_code == 400, sent

    ask()


def test_lists_withstand_any_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    fuzzer, lists = Fuzzer(World()), _lists()
    for operation in lists:
        _fuzz_list(fuzzer, operation)
    figures = {"lists": len(lists), "examples": fuzzer.answers.total(), "by status": dict(fuzzer.answers)}
    with capsys.disabled():
        print(json.dumps(figures))  # noqa: T201 - the figures of the run
    assert fuzzer.answers.total() >= LEAST_LIST_EXAMPLES
    assert fuzzer.answers[200] >= GOOD_SHARE * fuzzer.answers.total()


# What arrives of a header is Latin-1 text; a server refuses line ends and NUL before us, and we do not count on it.
_HEADER_TEXT = st.one_of(
    st.sampled_from([text for text in BAD_TEXTS if text.isascii()]),
    st.text(st.characters(max_codepoint=255), max_size=60),
)
_BEARERS = (
    "Bearer", "Bearer ", "bearer x.y.z", "Bearer null", "Basic", "Basic Og==", "Basic AA==", "Basic /////w==",
    "Basic !", "Digest a=b", "Bearer eyJhbGciOiJub25lIn0.e30.", "Token x",
)  # fmt: skip
_TYPES = (
    "application/json", "application/json; charset=utf-99", "application/json;", "text/plain", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "/", "",
    "application/xml", "application/json; charset=utf-7",
)  # fmt: skip
_ACCEPTS = (
    "*/*",
    "application/json",
    "text/html",
    "a",
    ";",
    "a/b;q=",
    "a/b;q=9",
    "*/json",
    ",,,",
    "application/json;v=1",
)


def _headers(world: World) -> Any:
    """Several headers, each with values that mean something and with others."""
    meant = {
        "X-Request-ID": _ids(world),
        "X-Account-ID": st.sampled_from([str(one.account.pk) for one in (world.mine, world.victim)]),
        "X-Site-ID": _ids(world),
        "If-Match": st.sampled_from(['"1"', '"2"', "*", 'W/"1"', '"1", "2"', "1"]),
        "If-None-Match": st.sampled_from(['"1"', "*", 'W/"1"', "1"]),
        "Idempotency-Key": st.uuids().map(str),
        "Authorization": st.sampled_from(_BEARERS),
        "X-API-Key": st.sampled_from(["igny8_x", "igny8_" + "a" * 60]),
        "X-Forwarded-For": st.sampled_from(["127.0.0.1", "::1", "1.2.3.4, 5.6.7.8", "unknown"]),
        "X-Forwarded-Proto": st.sampled_from(["https", "http"]),
        "X-Forwarded-Host": st.sampled_from(["evil.example"]),
        "Accept": st.sampled_from(_ACCEPTS),
        "Accept-Language": st.sampled_from(["de", "xx", "*;q=0"]),
        "Accept-Encoding": st.sampled_from(["gzip", "identity;q=0"]),
        "Range": st.sampled_from(["bytes=0-1", "bytes=-", "bytes=9-0"]),
        "X-HTTP-Method-Override": st.sampled_from(["DELETE", "PUT", "TRACE"]),
        "X-Debug-Resource-Tracking": st.sampled_from(["true", "false"]),
        "Cookie": st.sampled_from(["sessionid=x", "sessionid=", "csrftoken=x; sessionid=\x00"]),
        "Origin": st.sampled_from(["https://evil.example", "null"]),
        "If-Modified-Since": st.sampled_from(["Thu, 01 Jan 1970 00:00:00 GMT"]),
    }
    names = st.lists(st.sampled_from(sorted(meant)), min_size=1, max_size=4, unique=True)
    either = {name: st.one_of(values, values, _HEADER_TEXT) for name, values in meant.items()}
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: either[name] for name in chosen}))


def _requests(world: World) -> list[tuple[str, str, bytes]]:
    site, foreign = (f"/api/v1/account/sites/{one.site.pk}/" for one in (world.mine, world.victim))
    keyword = json.dumps({"site": str(world.mine.site.pk), "text": "garden chairs"}).encode()
    return [
        ("GET", "/api/v1/account/sites/", b""),
        ("GET", site, b""),
        ("GET", foreign, b""),
        ("PATCH", site, b'{"name": "Renamed"}'),
        ("PATCH", foreign, b'{"name": "Renamed"}'),
        ("DELETE", foreign, b""),
        ("POST", "/api/v1/planner/keywords/", keyword),
        ("POST", "/api/v1/planner/imports/", b"--x\r\n\r\n--x--"),
        ("POST", "/api/v1/auth/login/", b'{"email": "a@example.test", "password": "x"}'),
        ("GET", "/api/v1/account/audit/export/", b""),
        ("GET", "/api/v1/nowhere/", b""),
        ("OPTIONS", site, b""),
    ]


def _fuzz_headers(fuzzer: Fuzzer, method: str, path: str, body: bytes) -> None:
    token = f"Bearer {tokens_make(fuzzer.world.mine.owner).access}"
    client = APIClient(raise_request_exception=False)

    @settings(SETTINGS, max_examples=HEADER_EXAMPLES)
    @given(
        headers=_headers(fuzzer.world), content_type=st.one_of(st.just(_TYPES[0]), st.sampled_from(_TYPES))
    )
    def ask(headers: dict[str, str], content_type: str) -> None:
        with undone():
            response = client.generic(
                method, path, body, content_type, headers={"Authorization": token, **headers}
            )
            fuzzer.check(response, sent=f"{method} {path} {content_type} {headers}")

    ask()


def test_requests_withstand_any_headers(capsys: pytest.CaptureFixture[str]) -> None:
    fuzzer = Fuzzer(World())
    for method, path, body in _requests(fuzzer.world):
        _fuzz_headers(fuzzer, method, path, body)
    with capsys.disabled():
        print(json.dumps({"headers": fuzzer.answers.total(), "by status": dict(fuzzer.answers)}))  # noqa: T201 - as above
    assert fuzzer.answers[200] > 0
    assert fuzzer.answers[401] > 0


def test_staff_enter_no_account_by_a_made_up_id() -> None:
    fuzzer, path = Fuzzer(World()), "/api/v1/account/sites/"

    @settings(SETTINGS, max_examples=HEADER_EXAMPLES)
    @given(account=st.one_of(_HEADER_TEXT, st.integers().map(str)), reason=_HEADER_TEXT)
    def ask(account: str, reason: str) -> None:
        headers = {"X-Account-ID": account, "X-Staff-Reason": reason}
        with undone():
            response = fuzzer.staff.get(path, headers=headers)
        fuzzer.check(response, sent=str(headers))

    ask()
    assert fuzzer.answers[404] > 0


def test_request_id_of_the_client_is_kept_only_as_a_uuid() -> None:
    client, mine = APIClient(raise_request_exception=False), str(uuid4())
    for sent, is_kept in (
        (mine, True),
        (mine.upper(), True),
        (f"{mine}\r\nX-Injected: 1", False),
        ("1", False),
    ):
        response = client.get("/api/v1/nowhere/", headers={"X-Request-ID": sent})
        assert (response["X-Request-ID"] == mine) is is_kept, sent
