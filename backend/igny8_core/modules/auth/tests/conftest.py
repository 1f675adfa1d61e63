"""What the room's tests share: a caller without a credential, and requests are not limited."""

import pytest
from rest_framework.test import APIClient

from igny8_core.api import throttling


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "count_in_window", lambda key, seconds: None)


@pytest.fixture
def anybody() -> APIClient:
    """A caller without a credential."""
    return APIClient(raise_request_exception=False)
