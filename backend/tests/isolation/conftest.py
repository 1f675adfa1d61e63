"""Set-up of the attacks: files go to a folder of the test, and no request limit hides an answer."""

from pathlib import Path
from typing import Any

import pytest

from igny8_core.api import throttling
from igny8_core.auth import middleware


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.PREVIEW_ROOT = tmp_path / "media", tmp_path / "preview"


@pytest.fixture(autouse=True)
def _embedding_model(settings: Any) -> None:
    """An installation that names one, so that a price is answered; nobody listens there, and nobody is to ask."""
    settings.EMBEDDING_BASE_URL, settings.EMBEDDING_MODEL = "http://127.0.0.1:1", "fake"


@pytest.fixture(autouse=True)
def _no_limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "limits" not in request.fixturenames:
        monkeypatch.setattr(throttling, "count_in_window", lambda key, seconds: None)
        monkeypatch.setattr(middleware, "count_in_window", lambda key, seconds: None)


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> int:
    """Requests are counted after all: this many per minute."""
    monkeypatch.setattr(throttling, "_rate", lambda scope: (3, 60))
    monkeypatch.setattr(middleware, "GUESSES_PER_WINDOW", 3)
    return 3
