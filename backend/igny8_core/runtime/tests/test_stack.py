import re
from pathlib import Path

import pytest

from igny8_core.runtime import addresses, model_server, paths, services
from igny8_core.runtime.errors import AlreadyRunning, SettingsIncomplete
from igny8_core.runtime.locks import DirectoryLock
from igny8_core.runtime.stack import LOCK_FILE, Clock, Stack

NAMED_DATABASE = {
    "DATABASE_URL": "postgresql://a:1@db/igny8",
    "DATABASE_OWNER_URL": "postgresql://o:2@db/igny8",
    "DATABASE_OPS_URL": "postgresql://r:3@db/igny8",
}


def _stack(tmp_path: Path, said: list[str], **environment: str) -> Stack:
    stack = Stack(root=tmp_path, state=tmp_path / ".igny8", environment=environment, say=said.append)
    (tmp_path / ".igny8").mkdir(exist_ok=True)
    return stack


class TestChoose:
    def test_everything_runs_here_when_nothing_is_named(self, tmp_path: Path) -> None:
        stack = _stack(tmp_path, [], HOME="", LLM_MODEL="")
        stack.choose()
        environment = stack.environment
        assert stack.postgres is not None
        assert stack.valkey is not None
        assert environment["DATABASE_URL"] == stack.postgres.url(role="app")
        assert environment["DATABASE_OWNER_URL"] == stack.postgres.url(role="owner")
        assert environment["DATABASE_OPS_URL"] == stack.postgres.url(role="ops")
        assert environment["REDIS_URL"] == stack.valkey.url
        assert environment["LLM_MODEL"] == model_server.ALIAS
        assert environment["PUBLIC_URL"] == f"http://127.0.0.1:{environment['WEB_PORT']}"
        assert environment["HOME"] == ""

    def test_named_servers_are_used_and_not_run(self, tmp_path: Path) -> None:
        named = {
            **NAMED_DATABASE,
            "REDIS_URL": "redis://broker/0",
            "LLM_BASE_URL": "http://llm/v1",
            "SECRET_KEY": "mine",
            "PUBLIC_URL": "https://igny8.example",
        }
        stack = _stack(tmp_path, [], **named)
        stack.choose()
        assert (stack.postgres, stack.valkey, stack.model_port) == (None, None, None)
        assert {key: stack.environment[key] for key in named} == named
        assert "LLM_MODEL" not in stack.environment

    def test_half_a_database_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsIncomplete, match="DATABASE_OPS_URL must be set too"):
            _stack(tmp_path, [], **{**NAMED_DATABASE, "DATABASE_OPS_URL": ""}).choose()

    def test_keys_stay_the_same_in_the_next_start(self, tmp_path: Path) -> None:
        keys = []
        for _ in range(2):
            stack = _stack(tmp_path, [])
            stack.choose()
            keys.append((stack.environment["SECRET_KEY"], stack.environment["FIELD_ENCRYPTION_KEY"]))
        assert keys[0] == keys[1]

    def test_former_runs_addresses_in_the_environment_do_not_pass_for_named_ones(
        self, tmp_path: Path
    ) -> None:
        former = {**NAMED_DATABASE, "REDIS_URL": "redis://:old@127.0.0.1:1/0", "LLM_MODEL": "old"}
        (tmp_path / ".igny8").mkdir()
        addresses.runtime_file_write(tmp_path / ".igny8", former)
        stack = _stack(tmp_path, [], **former)
        stack.choose()
        assert stack.postgres is not None
        assert stack.environment["REDIS_URL"] != former["REDIS_URL"]

    def test_taken_web_port_is_named(self, tmp_path: Path, taken_port: int) -> None:
        said: list[str] = []
        stack = _stack(tmp_path, said, WEB_PORT=str(taken_port))
        stack.choose()
        assert f"port {taken_port} is taken, using {stack.web_port} for the web" in said
        assert stack.environment["WEB_PORT"] == str(stack.web_port) != str(taken_port)

    def test_platform_without_the_model_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "model_is_installed", lambda: False)
        said: list[str] = []
        stack = _stack(tmp_path, said)
        stack.choose()
        assert "LLM_BASE_URL" not in stack.environment
        assert any(line.startswith("no wheel of the local language model for this platform") for line in said)


def test_second_supervisor_of_a_clone_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path / ".igny8" / LOCK_FILE)
    lock.take(note=", at http://127.0.0.1:8000")
    try:
        with pytest.raises(AlreadyRunning, match=r"at http://127\.0\.0\.1:8000\.$"):
            _stack(tmp_path, []).run()
    finally:
        lock.give()


def test_clock_leaves_the_ready_line_alone_and_survives_a_closed_terminal() -> None:
    lines: list[str] = []
    clock = Clock(lines.append)
    clock("postgres is ready")
    clock("ready: http://127.0.0.1:8000")
    assert re.fullmatch(r"\[ +0\.\d s\] postgres is ready", lines[0])
    assert lines[1] == "ready: http://127.0.0.1:8000"

    def closed(line: str) -> None:
        raise BrokenPipeError(line)

    assert Clock(closed)("anything") is None


def test_every_variable_of_the_settings_and_the_runtime_is_documented() -> None:
    root = paths.clone_root()
    settings = (root / "backend" / "igny8_core" / "settings.py").read_text()
    read = {
        *re.findall(r"""env(?:\.\w+)?\(\s*["'](\w+)["']""", settings),
        *addresses.KEYS,
        "DATABASE_ADMIN_URL",
    }
    documented = set(
        re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", (root / ".env.example").read_text(), re.MULTILINE)
    )
    assert read - documented == set()
