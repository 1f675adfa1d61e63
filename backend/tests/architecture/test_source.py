"""What may not be written outside the wall: raw SQL, other connections, plain caches, unscoped managers."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BACKEND_DIR / "igny8_core"
SOURCES = sorted(
    path
    for path in ROOT.rglob("*.py")
    if not {"tests", "testing", "migrations", "tenancy", "runtime"} & set(path.relative_to(ROOT).parts)
)

# attribute or name -> files that may use it, each with its reason
ALLOWED = {
    "raw": {},
    "extra": {},
    "RawSQL": {},
    "cursor": {},
    "cache": {},
    "redis": {},
    "_base_manager": {"igny8_core/api/fields.py": "an empty queryset for DRF's import-time assertion"},
    "using": {},
    "_raw_delete": {"igny8_core/api/idempotency.py": "frees the key of a refused request"},
    # A message without the signed header of enqueue(), or one that carries no tenant on to its next step.
    "delay": {},
    "apply_async": {},
    "send_task": {},
    "canvas": {},
    # A key that no composite foreign key can hold.
    "generic": {},
    # Its body is made after the transaction: no rows, and status 200.
    "streaming": {
        "igny8_core/modules/account/api/views.py": "the audit export's generator opens transactions of its own",
        "igny8_core/modules/billing/api/views.py": "the ledger export's generator opens transactions of its own",
        "igny8_core/modules/planner/api/views_exports.py": "the keyword export's generator opens its own",
    },
}
BANNED_CALLS = {"raw", "extra", "RawSQL", "cursor", "_raw_delete", "delay", "apply_async", "send_task"}
BANNED_NAMES = {
    "_base_manager": "_base_manager",
    "StreamingHttpResponse": "streaming",
    "FileResponse": "streaming",
    "GenericForeignKey": "generic",
}
# The word for a name or module, wherever it is imported or looked up.
BANNED_IMPORTS = {
    "django.core.cache": "cache",
    "django.contrib.contenttypes.fields": "generic",
    "django.http.StreamingHttpResponse": "streaming",
    "django.http.FileResponse": "streaming",
    "django.http.response.StreamingHttpResponse": "streaming",
    "django.http.response.FileResponse": "streaming",
    "celery.canvas": "canvas",
    **{
        f"celery.{name}": "canvas"
        for name in ("chain", "chord", "group", "chunks", "signature", "xmap", "xstarmap")
    },
}
ROOM_IMPORTS = {"redis": "redis", "valkey": "redis", "igny8_core.tenancy.redis": "redis"}


def _findings(path: Path) -> set[str]:
    return _found_in(path.read_text(), is_room="modules" in path.parts)


def _found_in(source: str, *, is_room: bool) -> set[str]:
    found: set[str] = set()
    banned = {**BANNED_IMPORTS, **ROOM_IMPORTS} if is_room else BANNED_IMPORTS
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found |= _called(node)
        elif isinstance(node, ast.Attribute):
            found |= {BANNED_NAMES[node.attr]} if node.attr in BANNED_NAMES else set()
            found |= _banned({ast.unparse(node)}, banned)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= _banned(_imported(node), banned)
    return found


def _called(node: ast.Call) -> set[str]:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return {name} if name in BANNED_CALLS or (name == "using" and node.args) else set()


def _imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Every dotted name that the import may bring in: the module, and each name as if it were one."""
    names = {alias.name for alias in node.names}
    if isinstance(node, ast.Import) or node.module is None:
        return names
    return {node.module, *(f"{node.module}.{name}" for name in names)}


def _banned(names: set[str], banned: dict[str, str]) -> set[str]:
    return {
        word for name in names for full, word in banned.items() if name == full or name.startswith(f"{full}.")
    }


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("from django.core.cache import cache", "cache"),
        ("from django.core.cache import caches as c", "cache"),
        ("from django.core import cache", "cache"),
        ("import django.core.cache", "cache"),
        ("import django\ndjango.core.cache.cache.get('x')", "cache"),
        ("import redis", "redis"),
        ("from redis import Redis", "redis"),
        ("from redis.client import Redis", "redis"),
        ("from igny8_core.tenancy.redis import redis_client", "redis"),
        ("from igny8_core.tenancy import redis", "redis"),
        ("import igny8_core.tenancy.redis as r", "redis"),
        ("publish_article.delay()", "delay"),
        ("publish_article.apply_async(headers={})", "apply_async"),
        ("current_app.send_task('x')", "send_task"),
        ("from celery import chain", "canvas"),
        ("from celery import group as g", "canvas"),
        ("from celery.canvas import Signature", "canvas"),
        ("import celery\ncelery.chord([])", "canvas"),
        ("from django.contrib.contenttypes.fields import GenericForeignKey", "generic"),
        ("from django.contrib.contenttypes import fields", "generic"),
        ("from django.http import StreamingHttpResponse", "streaming"),
        ("from django.http import FileResponse", "streaming"),
        ("from django.http.response import StreamingHttpResponse", "streaming"),
        ("from django import http\nhttp.StreamingHttpResponse([])", "streaming"),
        ("re.match('a', 'b').group()", None),
        ("from django.core import mail", None),
    ],
)
def test_finder_finds_each_way_to_write_it(source: str, word: str | None) -> None:
    assert _found_in(source, is_room=True) == ({word} if word else set())


def test_redis_is_for_the_floors_below_the_rooms() -> None:
    assert _found_in("from igny8_core.tenancy.redis import count_in_window", is_room=False) == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_stays_behind_the_wall(path: Path) -> None:
    name = str(path.relative_to(ROOT.parent))
    assert {word for word in _findings(path) if name not in ALLOWED.get(word, {})} == set()


def test_allow_list_is_not_stale() -> None:
    for word, files in ALLOWED.items():
        for name, reason in files.items():
            assert reason
            assert word in _findings(ROOT.parent / name), f"{name} no longer uses {word}"
