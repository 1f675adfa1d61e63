"""Where the runtime keeps its files and as whom servers run; it never opens a connection or starts a process."""

import hashlib
import json
import os
import pwd
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from igny8_core.runtime.errors import DataDirectoryRefused

PLACES_FILE = "places.json"
OUTSIDE_PREFIX = "igny8-"
SYSTEM_STATE = Path("/var/lib")
# sun_path holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
SOCKET_PATH_BYTES = 103
_PLAIN_PATH = re.compile(r"[\w/.\- ]+", re.ASCII)


@dataclass(frozen=True)
class ServerAccount:
    """The unprivileged account that a server drops to when we are root."""

    user_id: int
    group_id: int


def clone_root() -> Path:
    """The directory that holds `backend/`, the locks and the Makefile."""
    return Path(__file__).resolve().parents[3]


def state_directory() -> Path:
    """The one directory for everything that `make run` keeps."""
    return clone_root() / ".igny8"


def server_account() -> ServerAccount | None:
    """The account for PostgreSQL, which refuses root; None when the caller's own will do."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return ServerAccount(user_id=nobody.pw_uid, group_id=nobody.pw_gid)


def private_directory(path: Path, *, account: ServerAccount | None = None) -> Path:
    """Make a directory that only its owner may enter, whatever the umask."""
    path.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(path, account.user_id, account.group_id)
    path.chmod(0o700)
    return path


def private_write(path: Path, text: str) -> None:
    """Replace a file in one step; nobody but its owner can read it at any moment."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).replace(path)


def server_home(directory: Path, *, account: ServerAccount | None) -> Path:
    """The place of a server's data: `directory`, or as root one that the server's account may enter.

    A clone under a home that only root may enter is closed to that account, so root's servers live in the
    system's state directory under a name made from `directory`.
    """
    return directory if account is None else SYSTEM_STATE / f"{OUTSIDE_PREFIX}{_digest(directory)}"


def socket_directory(home: Path) -> Path:
    """The place of a server's unix socket: inside `home` if the path fits a socket address, else a short one."""
    inside = home / "run"
    fits = len(os.fsencode(inside / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES
    # A comma would make two hosts of one for libpq, a quote two directories for the server.
    if fits and _PLAIN_PATH.fullmatch(str(inside)):
        return inside
    return Path("/tmp") / f"{OUTSIDE_PREFIX}{os.geteuid()}-{_digest(home)}"  # noqa: S108 - ours alone: see below


def socket_directory_make(path: Path, *, account: ServerAccount | None) -> None:
    """Make a socket directory that nobody else could have put there first; raises DataDirectoryRefused."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    ours = {os.geteuid(), account.user_id if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise DataDirectoryRefused(f"{path} belongs to somebody else: remove it, or clone to a shorter path.")
    private_directory(path, account=account)


def places_record(directory: Path, places: Iterable[Path]) -> None:
    """Remember the places outside `directory`, so that a reset can remove them.

    Raises DataDirectoryRefused when the directory was copied or moved and its data stayed behind.
    """
    outside = sorted(str(place) for place in places if not place.is_relative_to(directory))
    left = [
        place for place in _places_known(directory) if place not in outside and Path(place, "data").exists()
    ]
    if left:
        raise DataDirectoryRefused(
            f"This clone was moved or copied; its data are still in {left[0]}. "
            "Move it back, or run `make reset` to begin anew."
        )
    private_write(directory / PLACES_FILE, json.dumps(outside))


def places_remove(state: Path) -> list[Path]:
    """Remove what any server below `state` keeps outside it; returns the removed places."""
    places = [
        Path(place) for record in sorted(state.rglob(PLACES_FILE)) for place in _places_known(record.parent)
    ]
    ours = [place for place in places if place.name.startswith(OUTSIDE_PREFIX) and place.is_dir()]
    for place in ours:
        shutil.rmtree(place)
    return ours


def _places_known(directory: Path) -> list[str]:
    record = directory / PLACES_FILE
    return [str(place) for place in json.loads(record.read_text())] if record.exists() else []


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
