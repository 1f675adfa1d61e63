"""Every resource and every table has its contract, or a reason why not; the threat model names tests that exist."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from igny8_core.api.base import AccountModelViewSet, StaffListViewSet
from igny8_core.testing.isolation import IsolationContract
from igny8_core.testing.isolation.operations import operations
from igny8_core.testing.isolation.walker import models_walked

# Lists of rows without a contract of their own.
ROUTES_WITHOUT: dict[str, str] = {
    "/api/v1/planner/keywords/export-xlsx/": "the list's rows as a file: planner/tests has the stranger",
    "/api/v1/planner/ideas/export-xlsx/": "the list's rows as a file: planner/tests has the stranger",
    "/api/v1/system/staff/accounts/": "across accounts on purpose: test_staff.py",
    "/api/v1/system/staff/users/": "across accounts on purpose: test_staff.py",
    "/api/v1/system/staff/sites/": "across accounts on purpose: test_staff.py",
    "/api/v1/system/staff/jobs/": "across accounts on purpose: test_staff.py",
    "/api/v1/system/staff/audit/": "across accounts on purpose: test_staff.py",
}
# Tables that no resource lists; the walk and the catalog test reach them.
MODELS_WITHOUT: dict[str, str] = {
    "automation.PipelineSettings": "shown by site: test_automation.py",
    "automation.RunEvent": "shown under its run and item: test_automation.py",
    "billing.CreditAccount": "shown as one balance: test_billing.py",
    "igny8_auth.SecondFactor": "shown as its state alone, to its person",
    "igny8_auth.SiteUserAccess": "shown as a member's sites",
    "planner.KeywordVector": "shown to nobody; planner/tests/test_vectors.py has the stranger",
    "system.BrandProfile": "shown by its site: test_system.py",
    "system.NotificationRead": "shown as whether a notification is read, to its person",
    "system.PromptOverride": "shown by prompt key: test_system.py",
    "system.PromptRevision": "shown by prompt key: test_system.py",
    "tenancy.IdempotencyKey": "shown to nobody",
    "writer.ArticleRevision": "shown under its article: test_walk.py",
    "writer.ArticleSection": "shown inside its article",
}


@cache
def _contracts() -> list[Any]:
    found: list[Any] = []
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if "IsolationContract)" not in path.read_text():
            continue
        spec = importlib.util.spec_from_file_location(f"contracts_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, IsolationContract) and "url" in vars(value)
        ]
    return found


def test_every_list_of_rows_has_a_contract_or_a_reason() -> None:
    lists = {
        operation.path
        for operation in operations()
        if operation.method == "get"
        and not operation.path_names
        and isinstance(operation.view, type)
        and issubclass(operation.view, AccountModelViewSet | StaffListViewSet)
        and not operation.path.endswith("/export/")
    }
    declared = {contract.url for contract in _contracts()}
    assert lists - declared == set(ROUTES_WITHOUT)
    assert declared <= lists
    assert all(ROUTES_WITHOUT.values())


def test_every_table_has_a_contract_or_a_reason() -> None:
    labels = {model._meta.label for model in models_walked()}
    declared = {contract.model._meta.label for contract in _contracts()}
    assert labels - declared == set(MODELS_WITHOUT)
    assert all(MODELS_WITHOUT.values())


def test_threat_model_names_tests_that_exist() -> None:
    text = (settings.PROJECT_DIR / "THREAT_MODEL.md").read_text()
    files = {path.name: path for path in settings.BACKEND_DIR.rglob("*.py") if ".venv" not in path.parts}
    named = re.findall(r"([\w./]+\.py)(?:::(\w+))?", text)
    assert len(named) > 20
    missing = [
        f"{file}::{name}"
        for file, name in named
        if Path(file).name not in files or (name and name not in files[Path(file).name].read_text())
    ]
    assert missing == []
    for folder in re.findall(r"`([\w/]+/)`", text):
        assert any(folder in f"{path.parent}/" for path in files.values()), folder
