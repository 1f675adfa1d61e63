"""Runs are real in every room; the model stands at the network's edge."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from igny8_core.ai import retry
from igny8_core.modules.automation.tests.fake_model import FakeModel, serve


@pytest.fixture(autouse=True)
def _folders(settings: Settings, tmp_path: Path) -> None:
    """Uploads and preview pages of each test lie in a folder of its own."""
    settings.MEDIA_ROOT, settings.PREVIEW_ROOT = tmp_path / "media", tmp_path / "preview"


@pytest.fixture
def model(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModel]:
    """The installation's language model, with retries that do not wait."""
    monkeypatch.setattr(retry, "BACKOFF_SECONDS", 0.001)
    with serve(FakeModel()) as fake:
        settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_API_KEY = fake.url, "fake", "key"
        yield fake
