import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from igny8_core.runtime import processes
from igny8_core.runtime.ports import port_choose
from igny8_core.runtime.valkey import EmbeddedValkey


def _launch(server: EmbeddedValkey, log: Path) -> "subprocess.Popen[bytes]":
    server.prepare()
    process = processes.launch(
        server.command(), log=log, environment={"PATH": "/usr/bin:/bin"}, working_directory=server.directory
    )
    assert processes.wait_until(server.is_ready, timeout_seconds=20), processes.last_lines(log)
    return process


@pytest.fixture
def running(state: Path) -> Iterator[tuple[EmbeddedValkey, "subprocess.Popen[bytes]"]]:
    server = EmbeddedValkey(state / 'a "quoted" place', port=port_choose("Valkey", wanted=6390).port)
    process = _launch(server, state / "valkey.log")
    yield server, process
    processes.stop(process, signals=[signal.SIGTERM], step_seconds=10)


class TestEmbeddedValkey:
    def test_server_refuses_who_has_no_password(
        self, running: tuple[EmbeddedValkey, "subprocess.Popen[bytes]"]
    ) -> None:
        server, _ = running
        once = Retry(NoBackoff(), 0)
        with redis.Redis(port=server.port, retry=once) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        assert stat.S_IMODE((server.directory / "valkey.conf").stat().st_mode) == 0o600
        assert server.url.split("@")[0][9:] not in " ".join(server.command())

    def test_server_keeps_what_it_was_told_across_a_kill(
        self, running: tuple[EmbeddedValkey, "subprocess.Popen[bytes]"], state: Path
    ) -> None:
        server, process = running
        with redis.Redis.from_url(server.url) as client:
            client.set("queue", "work")
            client.execute_command("WAITAOF", 1, 0, 5000)
        processes.stop(process, signals=[], step_seconds=0)
        assert not server.is_ready()
        again = _launch(server, state / "valkey.log")
        try:
            with redis.Redis.from_url(server.url) as client:
                assert client.get("queue") == b"work"
        finally:
            processes.stop(again, signals=[signal.SIGTERM], step_seconds=10)
