"""A client that a public generator makes from the API's description does the main job: keyword, run, job, post.

Run by `make test-client`; it is kept out of `make test` because it makes and imports a package.
"""

import importlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

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


@pytest.fixture
def generated(tmp_path: Path) -> Iterator[ModuleType]:
    """The package that openapi-python-client makes; a warning of the schema or of the generator is an error."""
    schema, package = tmp_path / "schema.yaml", tmp_path / PACKAGE
    beside = Path(sys.executable).parent  # the generator formats what it wrote by the ruff that is beside it
    environment = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    describe = [str(settings.BACKEND_DIR / "manage.py"), "spectacular", "--validate", "--fail-on-warn"]
    generate = ["-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    for command in (
        [*describe, "--file", str(schema)],
        [*generate, "--path", str(schema), "--output-path", str(package)],
    ):
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(tmp_path))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(tmp_path))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


class Api:
    """The generated functions by operation id, each called with one client; only what they give is used."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def ask(self, operation: str, **arguments: Any) -> Any:
        """The parsed answer, which must be no error."""
        room = operation.partition("_")[0]
        module = importlib.import_module(f"{PACKAGE}.api.{room}.{operation}")
        answer = module.sync(client=self.client, **arguments)
        assert type(answer).__name__ != "Error", answer
        assert answer is not None, operation
        return answer


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


def test_generated_client_goes_from_a_keyword_to_a_post(
    generated: ModuleType, tenant: Tenant, address: str
) -> None:
    stranger = Api(generated.Client(base_url=address))
    body = model("LoginInputRequest")(email=tenant.owner.email, password=PASSWORD)
    token = stranger.ask("auth_login", body=body).data.access
    api = Api(generated.AuthenticatedClient(base_url=address, token=token))
    (site,) = api.ask("account_site_list").results
    for text, volume in KEYWORDS:
        made = api.ask(
            "planner_keyword_create", body=model("KeywordRequest")(site=site.id, text=text, volume=volume)
        )
        assert (made.data.text, made.data.volume) == (text, volume)
    assert api.ask("planner_keyword_list").count == len(KEYWORDS)
    api.ask(
        "automation_settings_partial_update",
        site_id=site.id,
        body=model("PatchedSettingsInputRequest")(articles_per_run=1),
    )

    run = api.ask("automation_run_run_now", body=model("RunNowInputRequest")(site_id=site.id)).data
    (job,) = api.ask("system_job_list", kind="automation.advance_run").results[-1:]
    ended = ("succeeded", "failed", "cancelled")
    job = wait_until(
        lambda: (found := api.ask("system_job_retrieve", id=job.id).data).state in ended and found,
        "the job's end",
    )
    assert (job.state, job.error_code) == ("succeeded", "")
    ended = ("completed", "failed", "paused", "waiting")
    run = wait_until(
        lambda: (found := api.ask("automation_run_retrieve", id=run.id).data).state in ended and found,
        "the run's end",
    )
    assert (run.state, run.error_message) == ("completed", "")

    (item,) = api.ask("automation_item_list", run=run.id).results
    post = api.ask("publisher_publication_retrieve", id=item.publication).data
    assert (post.state, post.url) == ("published", item.url)
    with urllib.request.urlopen(post.url, timeout=10) as answer:  # noqa: S310 - our own server on loopback
        assert item.title.split(":")[0] in answer.read().decode()


def test_generated_client_reads_a_refusal(generated: ModuleType, tenant: Tenant, address: str) -> None:
    client = generated.AuthenticatedClient(base_url=address, token="of nobody")
    module = importlib.import_module(f"{PACKAGE}.api.planner.planner_keyword_list")
    refusal = module.sync(client=client)
    assert type(refusal).__name__ == "Error"
    assert (refusal.success, refusal.code) == (False, "credential_invalid")
