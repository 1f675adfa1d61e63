"""Every test of the room stores uploads in a folder of its own; and a plan to work on."""

from pathlib import Path

import pytest

from igny8_core.modules.planner.tests.samples import clustered, imported
from igny8_core.testing.factories import Tenant


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """A fresh upload folder."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]  # pytest-django's settings
    return tmp_path / "media"


@pytest.fixture
def plan(tenant: Tenant) -> Tenant:
    """A site with three clusters in topics."""
    imported(tenant)
    clustered(tenant)
    return tenant
