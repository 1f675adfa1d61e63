"""A client that a public generator makes from the API's description does the main job: keyword, run, job, post.

Only the generated functions ask the API. Run by `make test-client`; it is kept out of `make test` because it makes,
type-checks and imports a package.
"""

import html
import importlib
import io
import os
import pkgutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from igny8_core.api.operations import OPERATIONS
from igny8_core.modules.automation.tests.fake_model import FakeModel, serve
from igny8_core.modules.automation.tests.processes import free_port, web, worker
from igny8_core.modules.billing.services import credits_grant
from igny8_core.testing.factories import PASSWORD, Tenant, password_give

pytestmark = [pytest.mark.client, pytest.mark.django_db(transaction=True, databases=["default", "ops"])]

PACKAGE = "igny8_client"
PATIENCE_SECONDS = 120
KEYWORDS = (
    ("moka pot", 74_000),
    ("how to use a moka pot", 8_100),
    ("moka pot coffee ratio", 2_900),
    ("moka pot grind size", 2_400),
    ("best moka pot", 1_900),
    ("moka pot not building pressure", 590),
    ("moka pot vs espresso machine", 1_300),
    ("clean a moka pot", 1_600),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is: openapi-python-client makes it; a warning of the schema or of the generator is an error."""
    folder = tmp_path_factory.mktemp("generated")
    schema, package = folder / "schema.yaml", folder / PACKAGE
    beside = Path(sys.executable).parent  # the generator formats what it wrote by the ruff that is beside it
    environment = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    describe = [str(settings.BACKEND_DIR / "manage.py"), "spectacular", "--validate", "--fail-on-warn"]
    config = settings.PROJECT_DIR / "docs" / "openapi-python-client.yaml"
    generate = ["-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    generate += ["--config", str(config)]
    for command in (
        [*describe, "--file", str(schema)],
        [*generate, "--path", str(schema), "--output-path", str(package)],
    ):
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def generated(folder: Path) -> Iterator[ModuleType]:
    """The imported package."""
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


class Api:
    """The generated functions by operation id, each called with one client; only what they give is used."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def ask(self, operation: str, **arguments: Any) -> Any:
        """The parsed answer, which must be no error; None for one without a body."""
        room = operation.partition("_")[0]
        module = importlib.import_module(f"{PACKAGE}.api.{room}.{operation}")
        answer = module.sync_detailed(client=self.client, **arguments)
        assert type(answer.parsed).__name__ != "Error", answer.parsed
        assert (answer.parsed is None) == (answer.status_code == HTTPStatus.NO_CONTENT), answer
        return answer.parsed

    def job_end(self, job_id: UUID) -> Any:
        """A job once it has succeeded."""

        def ended() -> Any:
            job = self.ask("system_job_retrieve", id=job_id).data
            return job.state in ("succeeded", "failed", "cancelled") and job

        job = wait_until(ended, f"the end of job {job_id}")
        assert (job.state, job.error_code) == ("succeeded", "")
        return job


def model(name: str) -> Any:
    """A generated class."""
    return getattr(importlib.import_module(f"{PACKAGE}.models"), name)


def wait_until(done: Callable[[], Any], what: str) -> Any:
    """What `done` gives once it gives something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := done()):
        assert time.monotonic() < deadline, what
        time.sleep(0.5)
    return found


@pytest.fixture
def address(tenant: Tenant, tmp_path: Path) -> Iterator[str]:
    """A server with a worker and a model, and an account that can pay."""
    password_give(tenant.owner)
    with tenant.work():
        credits_grant(1_000, reason="for a test", idempotency_key="test")
    port = free_port()
    with serve(FakeModel()) as fake:
        environment = {
            "LLM_BASE_URL": fake.url,
            "LLM_MODEL": "fake",
            "LLM_API_KEY": "key",
            "MEDIA_ROOT": str(tmp_path / "media"),
            "PREVIEW_ROOT": str(tmp_path / "preview"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        with worker(environment, folder=tmp_path), web(environment, folder=tmp_path, port=port):
            yield environment["PUBLIC_URL"]


@pytest.fixture
def api(generated: ModuleType, tenant: Tenant, address: str) -> Api:
    """The owner, signed in by the generated client."""
    body = model("LoginInputRequest")(email=tenant.owner.email, password=PASSWORD)
    token = Api(generated.Client(base_url=address)).ask("auth_login", body=body).data.access
    return Api(generated.AuthenticatedClient(base_url=address, token=token))


def test_every_module_of_the_generated_package_is_typed_and_imports(
    folder: Path, generated: ModuleType
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--cache-dir", str(folder / "cache"), PACKAGE],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    # client.py is the generator's own, the same for every API; what it says of __exit__ is loosely typed.
    found = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert [line for line in found if not line.startswith(f"{PACKAGE}/client.py:")] == []
    assert "checked" in done.stdout or "no issues" in done.stdout, done.stdout + done.stderr
    names = [found.name for found in pkgutil.walk_packages(generated.__path__, f"{PACKAGE}.")]
    assert len([importlib.import_module(name) for name in names]) > len(OPERATIONS)


def test_generated_client_goes_from_a_keyword_to_a_post(api: Api, tenant: Tenant) -> None:
    (site,) = api.ask("account_site_list").results
    assert site.id == tenant.site.pk
    keywords_add(api, site.id)
    api.ask(
        "automation_settings_partial_update",
        site_id=site.id,
        body=model("PatchedSettingsInputRequest")(articles_per_run=1),
    )

    run = api.ask("automation_run_run_now", body=model("RunNowInputRequest")(site_id=site.id)).data
    started = api.ask("automation_run_timeline", id=run.id).results[-1]
    assert started.kind == "run.started"
    assert api.job_end(started.job_id).kind == "automation.advance_run"

    def ended() -> Any:
        found = api.ask("automation_run_retrieve", id=run.id).data
        return found.state in ("completed", "failed", "paused", "waiting") and found

    run = wait_until(ended, "the run's end")
    assert (run.state, run.error_message) == ("completed", "")
    (item,) = api.ask("automation_item_list", run=run.id).results
    post = api.ask("publisher_publication_retrieve", id=item.publication).data
    assert (post.state, post.url) == ("published", item.url)
    article = api.ask("writer_article_retrieve", id=item.article).data
    with urllib.request.urlopen(post.url, timeout=10) as answer:  # noqa: S310 - our own server on loopback
        assert f"<h1>{html.escape(article.title)}</h1>" in answer.read().decode()


def keywords_add(api: Api, site_id: UUID) -> None:
    """Add one keyword by hand and the others by an upload, whose job ends."""
    (text, volume), *others = KEYWORDS
    made = api.ask(
        "planner_keyword_create", body=model("KeywordRequest")(site=site_id, text=text, volume=volume)
    )
    assert (made.data.text, made.data.volume) == (text, volume)
    lines = ["Keyword,Volume", *(f"{text},{volume}" for text, volume in others)]
    file = importlib.import_module(f"{PACKAGE}.types").File(
        payload=io.BytesIO("\n".join(lines).encode()), file_name="export.csv", mime_type="text/csv"
    )
    started = api.ask(
        "planner_import_create", body=model("KeywordImportInputRequest")(file=file, site=site_id)
    ).data
    api.job_end(started.job_id)
    found = api.ask("planner_import_retrieve", id=started.import_id).data
    assert (found.state, found.imported_count, found.rejects) == ("done", len(others), [])
    assert api.ask("planner_keyword_list").count == len(KEYWORDS)


def test_generated_client_deletes_restores_and_reads_a_file(api: Api, tenant: Tenant) -> None:
    body = model("KeywordRequest")(site=tenant.site.pk, text="moka pot")
    keyword = api.ask("planner_keyword_create", body=body).data
    api.ask("planner_keyword_destroy", id=keyword.id, if_match='"1"')
    assert api.ask("planner_keyword_list").count == 0
    assert api.ask("planner_keyword_restore", id=keyword.id).data.text == "moka pot"
    assert api.ask("planner_keyword_list").results[0].id == keyword.id
    exported = api.ask("billing_ledger_export")
    assert [line.count("for a test") for line in exported.splitlines()] == [0, 1]


def test_generated_client_reads_a_refusal(generated: ModuleType, tenant: Tenant, address: str) -> None:
    client = generated.AuthenticatedClient(base_url=address, token="of nobody")
    module = importlib.import_module(f"{PACKAGE}.api.planner.planner_keyword_list")
    refusal = module.sync(client=client)
    assert type(refusal).__name__ == "Error"
    assert (refusal.success, refusal.code) == (False, "credential_invalid")
