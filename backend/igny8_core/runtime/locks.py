"""One process per directory: a lock that the kernel takes back however its holder dies; it guards no data inside."""

import fcntl
import os
from pathlib import Path

from igny8_core.runtime import processes
from igny8_core.runtime.errors import AlreadyRunning


class DirectoryLock:
    """An advisory lock on a file that tells who holds it: the process id, then a note."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle: int | None = None

    def take(self, *, note: str = "", patience_seconds: float = 0.0) -> None:
        """Take the lock; raises AlreadyRunning with the holder's note when it stays held.

        `patience_seconds` counts only while the holder named in the file is dead: then its helpers are cleaning up.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        dead = not processes.is_alive(self.holder()[0])
        if not processes.wait_until(
            lambda: _locked(handle), timeout_seconds=patience_seconds if dead else 0.0
        ):
            os.close(handle)
            process_id, held_note = self.holder()
            raise AlreadyRunning(f"Process {process_id} already uses {self.path.parent}{held_note}.")
        self.handle = handle
        self.annotate(note)

    def annotate(self, note: str) -> None:
        """Replace the note that a refused taker reads."""
        if self.handle is not None:
            text = f"{os.getpid()}\n{note}".encode()
            os.pwrite(self.handle, text, 0)
            os.ftruncate(self.handle, len(text))

    def holder(self) -> tuple[int, str]:
        """The process id and note last written; 0 when nobody ever held it."""
        text = self.path.read_text() if self.path.exists() else ""
        process_id, _, note = text.partition("\n")
        return (int(process_id) if process_id.isdigit() else 0), note

    def give(self) -> None:
        """Let others take it; harmless when it is not held."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
