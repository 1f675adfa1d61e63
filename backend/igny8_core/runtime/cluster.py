"""The files of an embedded PostgreSQL: programs its account may run, a fresh data directory, a killed server's rest."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from igny8_core.runtime import processes
from igny8_core.runtime.binaries import PostgresBinaries, postgres_binaries
from igny8_core.runtime.errors import DataDirectoryRefused, ServerStartFailed
from igny8_core.runtime.paths import ServerAccount, private_write

# Since 17 the server brings its own Unicode rules; before, the C library's, which every glibc and macOS 13 have.
_BUILTIN_LOCALE_SINCE = 17
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # nothing of ours; macOS wants a locale that is set


def programs(data: Path, *, home: Path, account: ServerAccount | None) -> PostgresBinaries:
    """The server for a data directory, copied to where `account` may run it.

    Raises BinariesMissing, or DataDirectoryRefused when the data were made by a version that is not here.
    """
    version_file = data / "PG_VERSION"
    major = int(version_file.read_text()) if version_file.exists() else None
    found = postgres_binaries(major=major)
    if found.wheel is None or account is None:
        return found
    return _copied(found, wheel=found.wheel, target=home / "server")


def initialise(
    data: Path, *, server: PostgresBinaries, account: ServerAccount | None, password: str, durable: bool
) -> None:
    """Make a data directory in one step: a killed attempt leaves nothing that looks whole."""
    attempt, password_file = data.with_name("data.new"), data.with_name("password.new")
    shutil.rmtree(attempt, ignore_errors=True)
    attempt.mkdir(mode=0o700)
    private_write(password_file, password)
    if account is not None:
        for path in (attempt, password_file):
            os.chown(path, account.user_id, account.group_id)
    try:
        done = subprocess.run(  # noqa: S603 - a program of an installed package, no user's text
            [
                *(server.folder / "initdb", "-D", attempt, "-U", "postgres", "--encoding=UTF8"),
                *("--auth-local=scram-sha-256", "--auth-host=reject", f"--pwfile={password_file}"),
                *_locale(server.major),
                *([] if durable else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=ENVIRONMENT,
            cwd="/",
            user=account.user_id if account else None,
            group=account.group_id if account else None,
            extra_groups=[] if account else None,
        )
    finally:
        password_file.unlink()
    if done.returncode:
        raise ServerStartFailed(f"PostgreSQL could not make {data}:\n{done.stdout}{done.stderr}")
    attempt.rename(data)


def leftover_end(data: Path) -> None:
    """Stop a server that outlived its supervisor; do not let a reused process id pass for one.

    Call it only while holding the lock of the directory: no other live server can be rightful then. A dead server's
    record stays: from it the next one sees whether old backends still use the data.
    """
    record = data / "postmaster.pid"
    if not record.exists():
        return
    first, _, rest = record.read_text().partition("\n")
    process_id = int(first)
    if not processes.is_alive(process_id):
        return

    def is_ours() -> bool:
        return str(data) in processes.command_line(process_id)

    if not is_ours():
        # In a container the same small number is soon another program, and the server would refuse to start. It
        # takes its parent's number for an old record.
        record.write_text(f"{os.getpid()}\n{rest}")
        return
    os.kill(process_id, signal.SIGINT)
    if not processes.wait_until(lambda: not is_ours(), timeout_seconds=20.0):
        raise DataDirectoryRefused(
            f"A PostgreSQL with process id {process_id} still uses {data}: stop it first."
        )


def _locale(major: int) -> list[str]:
    if major >= _BUILTIN_LOCALE_SINCE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _copied(found: PostgresBinaries, *, wheel: Path, target: Path) -> PostgresBinaries:
    """The wheel's installation beside its libraries, as its programs look for them, readable for every account."""
    package = wheel.parent
    stamp = target / "copied"
    source = f"{wheel} {(wheel / 'bin' / 'postgres').stat().st_mtime_ns}"
    copy = target / package.name / wheel.name
    if not stamp.exists() or stamp.read_text() != source:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(wheel, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
            if libraries.is_dir():
                shutil.copytree(libraries, target / libraries.relative_to(package.parent))
        _readable(target)
        stamp.write_text(source)
    return PostgresBinaries(folder=copy / "bin", major=found.major, wheel=copy)


def _readable(target: Path) -> None:
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
