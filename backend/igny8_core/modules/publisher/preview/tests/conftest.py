"""What every test of the preview site shares."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from igny8_core.modules.publisher.preview.store import PreviewStore


@pytest.fixture(scope="module", autouse=True)
def _fsync_in_memory() -> Iterator[None]:
    """A killed process loses nothing that the kernel holds: waiting for the disk would prove nothing here.

    `test_store.py` checks which files are synced and when; the programs of `writers` sync for real.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture
def store(tmp_path: Path) -> PreviewStore:
    """A store that nothing was written to."""
    return PreviewStore(tmp_path / "preview")
