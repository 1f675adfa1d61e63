"""The model at the network's edge, and a tenant with credits and a task to write."""

from collections.abc import Iterator
from typing import Any

import pytest

from igny8_core.ai import retry
from igny8_core.modules.writer.models import WritingTask
from igny8_core.modules.writer.tests.fake_model import FakeModel, serve
from igny8_core.modules.writer.tests.samples import credits_give, task_make
from igny8_core.testing.factories import Tenant


@pytest.fixture
def model(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModel]:
    """The installation's language model, with retries that do not wait."""
    monkeypatch.setattr(retry, "BACKOFF_SECONDS", 0.001)
    with serve(FakeModel()) as fake:
        settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_API_KEY = fake.url, "fake", "key"
        yield fake


@pytest.fixture
def task(tenant: Tenant) -> WritingTask:
    """A task that the account can pay for."""
    credits_give(tenant)
    return task_make(tenant)
