"""Every test of the room stores uploads in a folder of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """A fresh upload folder."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]  # pytest-django's settings
    return tmp_path / "media"
