"""Ends the supervisor's programs when the supervisor itself is killed; it imports nothing of ours and starts nothing.

It runs as a script of its own. Each line on its standard input is the whole list of what runs, as JSON pairs of a
process group and the signal that its leader understands; the end of the input means that the supervisor has gone.
The kernel's death signal reaches only the leaders, only on Linux, and a leader may be stuck: hence this last door.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable

PATIENCE_SECONDS = 5.0


def main() -> None:
    """Remember the newest list until the input ends, then end what is on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    newest = "[]"
    for line in sys.stdin:
        if line.endswith("\n"):  # a supervisor killed while it wrote leaves half a line
            newest = line
    end([(int(group), int(number)) for group, number in json.loads(newest)])


def end(groups: list[tuple[int, int]]) -> None:
    """Ask each leader, wait for it, and kill what is left of its group."""
    for leader, number in groups:
        _send(os.kill, leader, number)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(_send(os.kill, leader, 0) for leader, _ in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for leader, _ in groups:
        _send(os.killpg, leader, signal.SIGKILL)


def _send(sender: Callable[[int, int], None], target: int, number: int) -> bool:
    try:
        sender(target, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses to signal a group of zombies
        return False
    return True


if __name__ == "__main__":
    main()
