"""Servers for the tests of the runtime: real ones, in directories of their own that are removed at the end."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from igny8_core.runtime.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    # A blank in the path is part of the test.
    server = EmbeddedPostgres(tmp_path_factory.mktemp("a database"), durable=False)
    with server:
        yield server
    server.remove()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    directory = tmp_path / "state of a clone"
    directory.mkdir()
    return directory
