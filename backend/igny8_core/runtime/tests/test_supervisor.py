import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from igny8_core.runtime import children, guardian, processes
from igny8_core.runtime.children import ChildSpec
from igny8_core.runtime.errors import AlreadyRunning, ServerStartFailed, StepFailed
from igny8_core.runtime.locks import DirectoryLock
from igny8_core.runtime.supervisor import Supervisor

BACKEND = Path(__file__).resolve().parents[3]
# Tells its number and its child's, then lives until SIGTERM, which it also tells; the child hears nothing of it.
_TOLD = "sleep 600 & echo $! >> {name}.pids; echo $$ >> {name}.pids; wait"
FAITHFUL = 'trap "echo {name} >> stopped; exit 0" TERM; ' + _TOLD
DEAF = 'trap "" TERM; ' + _TOLD


def _spec(
    folder: Path, name: str, *, script: str = FAITHFUL, ready: Callable[[], bool] | None = None
) -> ChildSpec:
    pids = folder / f"{name}.pids"
    return ChildSpec(
        name=name,
        command=lambda: ["/bin/sh", "-c", script.format(name=name)],
        environment={"PATH": "/usr/bin:/bin"},
        working_directory=folder,
        is_ready=ready or (lambda: len(_pids(pids)) >= 2),
        stop_seconds=5.0,
    )


def _pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def _gone(process_ids: list[int]) -> bool:
    return not any(processes.command_line(process_id) for process_id in process_ids)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(state: Path, said: list[str]) -> Iterator[Supervisor]:
    with Supervisor(logs=state / "logs", say=said.append) as running:
        yield running


def _tick_until(supervisor: Supervisor, condition: Callable[[], bool]) -> bool:
    def ticked() -> bool:
        supervisor._tick()
        return condition()

    return processes.wait_until(ticked, timeout_seconds=20)


class TestSupervisor:
    def test_programs_stop_in_reverse_order_with_their_children(self, state: Path, said: list[str]) -> None:
        with Supervisor(logs=state / "logs", say=said.append) as supervisor:
            for name in ("one", "two", "three"):
                supervisor.start(_spec(state, name))
            supervisor.wait_ready(timeout_seconds=20)
            started = [pid for name in ("one", "two", "three") for pid in _pids(state / f"{name}.pids")]
        assert (state / "stopped").read_text().split() == ["three", "two", "one"]
        assert said[-3:] == ["three stopped", "two stopped", "one stopped"]
        assert len(started) == 6
        assert _gone(started)

    def test_killed_program_is_started_again_and_its_orphans_are_ended(
        self, supervisor: Supervisor, state: Path, said: list[str]
    ) -> None:
        supervisor.start(_spec(state, "one"))
        supervisor.wait_ready(timeout_seconds=20)
        first = _pids(state / "one.pids")
        os.kill(first[1], signal.SIGKILL)
        assert _tick_until(supervisor, lambda: len(_pids(state / "one.pids")) == 4)
        assert _gone(first)
        assert _tick_until(supervisor, lambda: "one is back" in said)
        assert said == ["one is ready", "one was killed by signal 9; starting it again", "one is back"]

    def test_crash_loop_is_told_once_with_the_end_of_its_log_and_others_go_on(
        self, supervisor: Supervisor, state: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(children, "FIRST_PAUSE_SECONDS", 0.001)
        supervisor.start(_spec(state, "sound"))
        supervisor.wait_ready(timeout_seconds=20)
        supervisor.start(_spec(state, "broken", script="echo no such setting; exit 3"))
        assert _tick_until(supervisor, lambda: sum("no such setting" in line for line in said) == 1)
        assert _tick_until(supervisor, lambda: supervisor._children[1].quick_deaths > 6)
        told = [line for line in said if line.startswith("broken")]
        assert told[:4] == ["broken ended with code 3; starting it again"] * 4
        assert told[4].startswith("broken ended with code 3, the 5th time right after its start")
        assert told[4].endswith("    no such setting")
        assert len(told) == 5
        assert not _gone(_pids(state / "sound.pids"))

    def test_program_that_never_becomes_ready_is_named_with_its_log(
        self, supervisor: Supervisor, state: Path
    ) -> None:
        supervisor.start(_spec(state, "mute", script="echo still thinking; sleep 60", ready=lambda: False))
        with pytest.raises(ServerStartFailed, match=r"mute did not start; the end of .*\n    still thinking"):
            supervisor.wait_ready(timeout_seconds=1)

    def test_stubborn_program_is_killed(self, state: Path, said: list[str]) -> None:
        spec = _spec(
            state, "deaf", script='trap "" TERM; echo $$ >> deaf.pids; echo $$ >> deaf.pids; sleep 600'
        )
        spec = ChildSpec(**{**spec.__dict__, "stop_seconds": 0.2})
        with Supervisor(logs=state / "logs", say=said.append) as supervisor:
            supervisor.start(spec)
            supervisor.wait_ready(timeout_seconds=20)
        assert _gone(_pids(state / "deaf.pids"))

    def test_step_that_fails_says_why(self, supervisor: Supervisor, state: Path) -> None:
        with pytest.raises(StepFailed, match=r"migrate ended with code 4; the end of .*\n    no table"):
            supervisor.step(
                "migrate",
                command=["/bin/sh", "-c", "echo no table; exit 4"],
                environment={},
                working_directory=state,
            )

    def test_killed_guardian_is_replaced(self, supervisor: Supervisor, state: Path) -> None:
        supervisor.start(_spec(state, "one"))
        former = supervisor._guardian
        former.kill()
        assert _tick_until(supervisor, lambda: supervisor._guardian is not former)
        assert supervisor._guardian.poll() is None


class TestEndOfTheSupervisor:
    """The supervisor as a process of its own, ended from outside."""

    SCRIPT = textwrap.dedent(
        """
        import signal
        import sys
        from pathlib import Path
        from igny8_core.runtime.locks import DirectoryLock
        from igny8_core.runtime.supervisor import StopRequested, Supervisor
        from igny8_core.runtime.tests.test_supervisor import FAITHFUL, _spec

        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests that run under nohup inherit that it is ignored
        folder = Path(sys.argv[1])
        lock = DirectoryLock(folder / "lock")
        lock.take(note=" here")
        with Supervisor(logs=folder / "logs", say=print, guarded_handle=lock.handle) as supervisor:
            for name in ("one", "two"):
                supervisor.start(_spec(folder, name, script=sys.argv[2]))
            supervisor.wait_ready(timeout_seconds=20)
            (folder / "up").touch()
            supervisor.run()
        """
    )

    @pytest.fixture
    def start(self, state: Path) -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
        running: list[subprocess.Popen[bytes]] = []

        def started(script: str) -> "subprocess.Popen[bytes]":
            process = subprocess.Popen(
                [sys.executable, "-c", self.SCRIPT, str(state), script],
                cwd=BACKEND,
                stdout=subprocess.DEVNULL,
            )
            running.append(process)
            assert processes.wait_until((state / "up").exists, timeout_seconds=20)
            return process

        yield started
        for process in running:
            process.kill()
            process.wait()

    def _pids(self, state: Path) -> list[int]:
        return [*_pids(state / "one.pids"), *_pids(state / "two.pids")]

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_asked_to_end_it_stops_in_order_with_code_0(
        self, start: Callable[[str], "subprocess.Popen[bytes]"], state: Path, number: signal.Signals
    ) -> None:
        process = start(FAITHFUL)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert (state / "stopped").read_text().split() == ["two", "one"]
        assert _gone(self._pids(state))

    @pytest.mark.parametrize("script", [FAITHFUL, DEAF], ids=["faithful", "deaf"])
    def test_killed_it_leaves_no_orphan_and_the_lock_only_after_them(
        self, start: Callable[[str], "subprocess.Popen[bytes]"], state: Path, script: str
    ) -> None:
        process = start(script)
        process.kill()
        process.wait()
        lock = DirectoryLock(state / "lock")
        lock.take(patience_seconds=10)
        try:
            assert len(self._pids(state)) == 4
            assert _gone(self._pids(state))
        finally:
            lock.give()

    def test_second_one_is_refused_with_the_note_of_the_first(
        self, start: Callable[[str], "subprocess.Popen[bytes]"], state: Path
    ) -> None:
        process = start(FAITHFUL)
        with pytest.raises(AlreadyRunning, match=rf"Process {process.pid} already uses .* here\."):
            DirectoryLock(state / "lock").take(patience_seconds=10)
        assert process.poll() is None


class TestGuardian:
    def test_half_a_line_of_a_killed_supervisor_is_not_read(self) -> None:
        sleeper = subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
        reaper = threading.Thread(target=sleeper.wait)
        reaper.start()
        script = subprocess.Popen([sys.executable, "-I", guardian.__file__], stdin=subprocess.PIPE)
        script.communicate(f"[[{sleeper.pid}, 15]]\n[[12".encode())
        reaper.join()
        assert script.returncode == 0
        assert sleeper.returncode == -signal.SIGTERM
