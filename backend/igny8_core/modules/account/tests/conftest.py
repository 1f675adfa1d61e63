"""What the room's tests share: requests are not limited."""

import pytest

from igny8_core.api import throttling


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "count_in_window", lambda key, seconds: None)
