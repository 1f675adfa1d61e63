"""One long-lived program of the supervisor: how it is started, known to be ready, and started again after a death."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from igny8_core.runtime import processes
from igny8_core.runtime.paths import ServerAccount

QUICK_DEATH_SECONDS = 10.0
CRASH_LOOP_DEATHS = 5
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
LOG_BYTES_KEPT = 10_000_000
_READY_CHECK_SECONDS = 0.1

Say = Callable[[str], None]


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class ChildSpec:
    """What to start and how to tell that it works.

    `prepare` runs before each start; `is_ready` returns soon; `stop_signals` go out one after another, each with
    `stop_seconds` to work, before the whole process group is killed.
    """

    name: str
    command: Callable[[], list[str]]
    environment: Mapping[str, str]
    working_directory: Path
    is_ready: Callable[[], bool]
    prepare: Callable[[], None] = _nothing
    account: ServerAccount | None = None
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)
    stop_seconds: float = 10.0
    orphan_signal: signal.Signals = signal.SIGTERM


@dataclass
class Child:
    """A program under supervision; `tick` is called a few times a second and never waits."""

    spec: ChildSpec
    log: Path
    say: Say
    process: "subprocess.Popen[bytes] | None" = None
    is_ready: bool = False
    quick_deaths: int = 0
    _started_at: float = 0.0
    _next_start_at: float = 0.0
    _next_check_at: float = 0.0
    _was_ready: bool = field(default=False)

    @property
    def is_crash_looping(self) -> bool:
        """Whether it died so often right after its start that somebody must look."""
        return self.quick_deaths >= CRASH_LOOP_DEATHS

    def tick(self) -> bool:
        """Start, bury or check the program, whichever is due; True when its process changed."""
        if self.process is None:
            return self._start_if_due()
        if self.process.poll() is not None:
            self._bury(self.process)
            return True
        self._check()
        return False

    def stop(self, *, in_a_hurry: Callable[[], bool]) -> None:
        """End the program and its whole group."""
        if self.process is not None:
            processes.stop(
                self.process,
                signals=self.spec.stop_signals,
                step_seconds=self.spec.stop_seconds,
                in_a_hurry=in_a_hurry,
            )
            self.process, self.is_ready = None, False

    def _start_if_due(self) -> bool:
        if time.monotonic() < self._next_start_at:
            return False
        self.spec.prepare()
        self.process = processes.launch(
            self.spec.command(),
            log=self.log,
            environment=self.spec.environment,
            working_directory=self.spec.working_directory,
            account=self.spec.account,
            death_signal=self.spec.orphan_signal,
        )
        self._started_at = time.monotonic()
        return True

    def _bury(self, process: "subprocess.Popen[bytes]") -> None:
        # A killed leader leaves its own children behind; two generations must not work at once.
        processes.group_kill(process.pid)
        lived_seconds = time.monotonic() - self._started_at
        self.quick_deaths = self.quick_deaths + 1 if lived_seconds < QUICK_DEATH_SECONDS else 0
        pause_seconds = min(FIRST_PAUSE_SECONDS * 2**self.quick_deaths, LONGEST_PAUSE_SECONDS)
        self._next_start_at = time.monotonic() + pause_seconds
        self.process, self.is_ready = None, False
        self._tell_death(process.returncode)

    def _tell_death(self, return_code: int) -> None:
        how = f"was killed by signal {-return_code}" if return_code < 0 else f"ended with code {return_code}"
        if not self.is_crash_looping:
            self.say(f"{self.spec.name} {how}; starting it again")
        elif self.quick_deaths == CRASH_LOOP_DEATHS:
            self.say(
                f"{self.spec.name} {how}, the {CRASH_LOOP_DEATHS}th time right after its start; trying again at "
                f"longer intervals. The end of {self.log}:\n{processes.last_lines(self.log)}"
            )

    def _check(self) -> None:
        if self.is_ready or time.monotonic() < self._next_check_at:
            return
        self._next_check_at = time.monotonic() + _READY_CHECK_SECONDS
        if self.spec.is_ready():
            self.say(f"{self.spec.name} is {'back' if self._was_ready else 'ready'}")
            self.is_ready = self._was_ready = True


def log_file(directory: Path, name: str) -> Path:
    """The log of a program; a long one of former runs is set aside once."""
    log = directory / f"{name}.log"
    if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".log.1"))
    return log
