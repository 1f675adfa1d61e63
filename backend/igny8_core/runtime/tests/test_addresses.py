import socket
import stat
from pathlib import Path

import pytest

from igny8_core.runtime import addresses
from igny8_core.runtime.errors import SettingsIncomplete
from igny8_core.runtime.ports import port_choose, port_is_free


class TestOperatorSettings:
    def test_environment_stands_before_the_file(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("REDIS_URL=redis://file/0\nLLM_MODEL='from file'\nOTHER=x\n")
        said = addresses.operator_settings(
            tmp_path, state=tmp_path / "state", environment={"REDIS_URL": "redis://shell/0", "HOME": "/"}
        )
        assert said == {"REDIS_URL": "redis://shell/0", "LLM_MODEL": "from file"}

    def test_values_of_the_former_run_are_nobodys_word(self, state: Path, tmp_path: Path) -> None:
        addresses.runtime_file_write(state, {"REDIS_URL": "redis://:p@127.0.0.1:6390/0", "WEB_PORT": "8001"})
        said = addresses.operator_settings(
            tmp_path,
            state=state,
            environment={"REDIS_URL": "redis://:p@127.0.0.1:6390/0", "LLM_MODEL": "mine", "WEB_PORT": ""},
        )
        assert said == {"LLM_MODEL": "mine"}
        assert addresses.runtime_port(state) == 8001
        assert stat.S_IMODE((state / "runtime.env").stat().st_mode) == 0o600

    def test_database_is_named_whole_or_not_at_all(self) -> None:
        whole = dict.fromkeys(addresses.DATABASE_KEYS, "postgresql://u:p@db/igny8")
        assert addresses.database_is_named(whole) is True
        assert addresses.database_is_named({}) is False
        with pytest.raises(
            SettingsIncomplete, match=r"^DATABASE_OWNER_URL and DATABASE_OPS_URL must be set too"
        ):
            addresses.database_is_named({"DATABASE_URL": "postgresql://u:p@db/igny8"})


class TestPortChoose:
    def test_taken_port_is_named_and_another_one_chosen(self, taken_port: int) -> None:
        choice = port_choose("the web", wanted=taken_port)
        assert choice.port > taken_port
        assert port_is_free(choice.port)
        assert choice.remark == f"port {taken_port} is taken, using {choice.port} for the web"

    def test_free_port_needs_no_remark(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        assert port_choose("the web", wanted=port).remark == ""

    def test_port_taken_on_all_interfaces_is_taken(self) -> None:
        with socket.create_server(("", 0)) as listener:
            assert port_is_free(listener.getsockname()[1]) is False
