"""Starting, watching and ending single processes; it knows no service by name and keeps no list."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from igny8_core.runtime.paths import ServerAccount

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_C_LIBRARY = ctypes.CDLL(None) if sys.platform == "linux" else None
POLL_SECONDS = 0.05


def launch(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    environment: Mapping[str, str],
    working_directory: Path,
    account: ServerAccount | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own, its output appended to `log`, or shown when that is None.

    On Linux the kernel sends it `death_signal` when the calling thread dies, however that happens.
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(_log_open(log)) if log else None
        return subprocess.Popen(  # noqa: S603 - callers pass fixed programs, never a user's text
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=dict(environment),
            cwd=working_directory,
            start_new_session=True,
            # The process is single-threaded, so a function between fork and exec is safe; it must run after
            # the change of account, which clears the signal.
            preexec_fn=_death_signal_setter(death_signal),
            user=account.user_id if account else None,
            group=account.group_id if account else None,
            extra_groups=[] if account else None,
        )


def wait_until(condition: Callable[[], bool], *, timeout_seconds: float) -> bool:
    """Whether the condition became true in time."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def stop(
    process: "subprocess.Popen[bytes]",
    *,
    signals: Sequence[signal.Signals],
    step_seconds: float,
    in_a_hurry: Callable[[], bool] = lambda: False,
) -> None:
    """End a process and its group: each signal in turn with a time-out, at last SIGKILL to the whole group."""
    for number in signals:
        if process.poll() is None:
            process.send_signal(number)
            wait_until(lambda: process.poll() is not None or in_a_hurry(), timeout_seconds=step_seconds)
    group_kill(process.pid)
    process.wait()


def group_kill(group_id: int, *, number: signal.Signals = signal.SIGKILL) -> bool:
    """Signal every process of a group; False when none is left."""
    try:
        os.killpg(group_id, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # macOS answers so for a group of zombies.
        return False
    return True


def is_alive(process_id: int) -> bool:
    """Whether a process of that id exists, whoever owns it."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_line(process_id: int) -> str:
    """The program and arguments of a process, separated by blanks; empty when it has gone."""
    entry = Path("/proc") / str(process_id) / "cmdline"
    if sys.platform == "linux":
        try:
            return entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    shown = subprocess.run(  # noqa: S603 - a fixed program and a number
        ["/bin/ps", "-o", "command=", "-p", str(process_id)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def last_lines(log: Path, *, count: int = 12) -> str:
    """The end of a log, indented for a terminal."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-count:])


def _log_open(log: Path) -> BinaryIO:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Passwords may stand in a server's error messages.
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _death_signal_setter(number: signal.Signals) -> Callable[[], None] | None:
    if _C_LIBRARY is None:
        return None
    library, parent_id = _C_LIBRARY, os.getpid()

    def set_death_signal() -> None:
        library.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent_id:  # the parent died before the call above
            os._exit(1)

    return set_death_signal
