"""Keeps a few programs running in order and leaves none behind; it knows nothing of what they do."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from igny8_core.runtime import guardian, processes
from igny8_core.runtime.children import Child, ChildSpec, Say, log_file
from igny8_core.runtime.errors import ServerStartFailed, StepFailed

TICK_SECONDS = 0.05
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """Somebody asked the supervisor to end while it was still starting."""


class Supervisor:
    """Starts programs, restarts the dead, stops all in reverse order; a context manager.

    It must live in the main thread: it handles SIGINT, SIGTERM and SIGHUP, and the kernel ties its children to the
    thread that started them. `guarded_handle` is a lock that stays held until a killed supervisor's programs ended.
    """

    def __init__(self, *, logs: Path, say: Say, guarded_handle: int | None = None) -> None:
        self._logs = logs
        self._say = say
        self._guarded_handle = guarded_handle
        self._children: list[Child] = []
        self._step: subprocess.Popen[bytes] | None = None
        self._requests = 0

    def __enter__(self) -> Self:
        self._former = {
            number: signal.signal(number, self._request)
            for number in _ENDING_SIGNALS
            # nohup's promise holds; a shell's background job starts with SIGINT ignored and must still end by it.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
        }
        self._guardian = self._guardian_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_all()
        self._guardian_close()
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def start(self, spec: ChildSpec) -> None:
        """Start a program and keep it running from now on; it need not be ready yet."""
        child = Child(spec, log=log_file(self._logs, spec.name), say=self._say)
        self._children.append(child)
        self._tick()

    def wait_ready(self, *, timeout_seconds: float) -> None:
        """Wait until every program answers; raises ServerStartFailed or StopRequested."""
        deadline = time.monotonic() + timeout_seconds
        while waiting := [child for child in self._children if not child.is_ready]:
            self._pause()
            failed = [child for child in waiting if child.is_crash_looping]
            if failed or time.monotonic() > deadline:
                child = (failed or waiting)[0]
                raise ServerStartFailed(
                    f"{child.spec.name} did not start; the end of {child.log}:\n{processes.last_lines(child.log)}"
                )

    def step(
        self,
        name: str,
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        working_directory: Path,
        shown: bool = False,
    ) -> None:
        """Run a program to its end while the others are watched; raises StepFailed or StopRequested.

        Its output goes to a log, or with `shown` to whoever watches the supervisor.
        """
        log = None if shown else log_file(self._logs, name)
        self._step = step = processes.launch(
            command, log=log, environment=environment, working_directory=working_directory
        )
        try:
            self._guardian_tell()
            while step.poll() is None:
                self._pause()
        finally:
            processes.stop(step, signals=[signal.SIGTERM], step_seconds=5.0)
            self._step = None
        if step.returncode:
            told = f"; the end of {log}:\n{processes.last_lines(log, count=30)}" if log else "."
            raise StepFailed(f"{name} ended with code {step.returncode}{told}")

    def run(self) -> None:
        """Watch until somebody asks to end."""
        while not self._requests:
            self._tick()
            time.sleep(TICK_SECONDS)

    def _pause(self) -> None:
        if self._requests:
            raise StopRequested
        self._tick()
        time.sleep(TICK_SECONDS)

    def _tick(self) -> None:
        changed = [child.tick() for child in self._children]
        if self._guardian.poll() is not None:
            self._guardian.communicate()
            self._guardian = self._guardian_start()
        if any(changed):
            self._guardian_tell()

    def _request(self, number: int, frame: FrameType | None) -> None:
        self._requests += 1

    def _stop_all(self) -> None:
        # A second Ctrl-C ends the waiting.
        patience_ends_at = self._requests + (1 if self._requests else 2)
        for child in reversed(self._children):
            child.stop(in_a_hurry=lambda: self._requests >= patience_ends_at)
            self._say(f"{child.spec.name} stopped")

    def _guardian_start(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-I", guardian.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            pass_fds=[] if self._guarded_handle is None else [self._guarded_handle],
        )
        self._guardian = process
        self._guardian_tell()
        return process

    def _guardian_tell(self) -> None:
        running = [(child.process.pid, child.spec.orphan_signal) for child in self._children if child.process]
        if self._step is not None:
            running.append((self._step.pid, signal.SIGTERM))
        pipe = self._guardian.stdin
        if pipe is None or self._guardian.poll() is not None:
            return  # the next tick starts another one
        with contextlib.suppress(BrokenPipeError):
            pipe.write(json.dumps(running).encode() + b"\n")
            pipe.flush()

    def _guardian_close(self) -> None:
        self._guardian_tell()
        self._guardian.communicate()
