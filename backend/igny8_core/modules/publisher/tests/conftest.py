"""A WordPress and a preview folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress


@pytest.fixture
def wordpress() -> Iterator[FakeWordPress]:
    """A site that answers on loopback."""
    with FakeWordPress().serving() as site:
        yield site


@pytest.fixture(autouse=True)
def preview_root(settings: Settings, tmp_path: Path) -> Path:
    """Where this test's preview sites stand."""
    settings.PREVIEW_ROOT = tmp_path / "preview"
    settings.OUTBOUND_ALLOW_PRIVATE = True
    return tmp_path / "preview"


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's time limit is over at once."""
    monkeypatch.setattr("igny8_core.modules.publisher.constants.SERVER_TIME_LIMIT_SECONDS", 0)
