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
    "_base_manager": {"igny8_core/api/fields.py": "an empty queryset for DRF's import-time assertion"},
    "using": {},
    "_raw_delete": {"igny8_core/api/idempotency.py": "frees the key of a refused request"},
}
BANNED_CALLS = {"raw", "extra", "RawSQL", "cursor", "_raw_delete"}
BANNED_NAMES = {"_base_manager"}


def _findings(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in BANNED_CALLS:
                found.add(name)
            if name == "using" and node.args:
                found.add("using")
        if isinstance(node, ast.Attribute) and node.attr in BANNED_NAMES:
            found.add(node.attr)
        if isinstance(node, ast.ImportFrom) and node.module == "django.core.cache":
            found.add("cache")
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if "redis" in names and "modules" in path.parts:
                found.add("redis")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_stays_behind_the_wall(path: Path) -> None:
    name = str(path.relative_to(ROOT.parent))
    assert {word for word in _findings(path) if name not in ALLOWED.get(word, {})} == set()


def test_allow_list_is_not_stale() -> None:
    for word, files in ALLOWED.items():
        for name, reason in files.items():
            assert reason
            assert word in _findings(ROOT.parent / name), f"{name} no longer uses {word}"
