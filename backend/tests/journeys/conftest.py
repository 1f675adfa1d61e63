"""What the journeys share: an account with credits, a model on loopback, and the environment of our own processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from igny8_core.modules.automation.tests.fake_model import FakeModel, serve
from igny8_core.modules.automation.tests.processes import free_port
from igny8_core.modules.billing.services import credits_grant
from igny8_core.testing.factories import Tenant

GRANT = 5_000


@pytest.fixture
def model() -> Iterator[FakeModel]:
    """The language model."""
    with serve(FakeModel()) as fake:
        yield fake


@pytest.fixture
def port() -> int:
    """Where the web server will listen."""
    return free_port()


@pytest.fixture
def environment(model: FakeModel, port: int, tmp_path: Path) -> dict[str, str]:
    """What every process of the journey is told."""
    return {
        "LLM_BASE_URL": model.url,
        "LLM_MODEL": "fake",
        "LLM_API_KEY": "key",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PREVIEW_ROOT": str(tmp_path / "preview"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


@pytest.fixture
def paying(tenant: Tenant) -> Tenant:
    """An account that can pay for its articles."""
    with tenant.work():
        credits_grant(GRANT, reason="for a test", idempotency_key="test")
    return tenant
