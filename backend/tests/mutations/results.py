"""Runs the chosen tests in one clone and says which were red; a run that proves nothing is an error, never a result."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.mutations.mutants import ELSEWHERE, LOCKS, Lock

TARGETS = (*(lock.own_file for lock in LOCKS), *ELSEWHERE)
TIMEOUT_SECONDS = 300.0
LAST_LINES = 25


class RunBroken(Exception):
    """The tests did not run to their end, or not all of them: that a mutant is noticed cannot be said."""


@dataclass(frozen=True)
class Case:
    """One test's name and where it stands, as pytest reports them."""

    place: str
    name: str

    def is_of(self, lock: Lock) -> bool:
        """Whether it stands in the lock's own file."""
        module = lock.own_file.removesuffix(".py").replace("/", ".")
        return f"{self.place}.".startswith(f"{module}.")

    @property
    def function(self) -> str:
        """Its name without parameters."""
        return self.name.split("[")[0]


@dataclass(frozen=True)
class Results:
    """How many tests ran, and the red ones."""

    count: int
    red: tuple[Case, ...]

    def red_of(self, *locks: Lock) -> list[Case]:
        """The red ones in the own files of locks."""
        return [test for test in self.red if any(test.is_of(lock) for lock in locks)]

    def red_elsewhere(self) -> list[Case]:
        """The red ones that look at no lock alone."""
        return [test for test in self.red if not any(test.is_of(lock) for lock in LOCKS)]


def targets_run(clone: Path, environment: Mapping[str, str], *, keeps_database: bool = False) -> Results:
    """Run the targets in a clone, on a new database unless the last run's is as good; raises RunBroken."""
    plugin = ("-p", "tests.mutations.kept_database") if keeps_database else ()
    report = clone.with_suffix(".xml")  # beside the clone: a copy of it must not bring an old report along
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *plugin, *TARGETS, "--tb=no", f"--junit-xml={report}"],
            cwd=clone,
            env={**environment, "PYTHONPATH": str(clone / "backend")},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise RunBroken(f"no end after {TIMEOUT_SECONDS:.0f} s") from error
    if done.returncode not in (0, 1) or not report.exists():
        said = f"{done.stdout}\n{done.stderr}".strip().splitlines()[-LAST_LINES:]
        raise RunBroken("\n".join([f"pytest ended with {done.returncode}", *said]))
    return report_read(report)


def report_read(report: Path) -> Results:
    """What a JUnit file of pytest says; a test that fails and cannot be torn down counts once."""
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - written by our own pytest
    seen: dict[Case, bool] = {}
    for case in cases:
        test = Case(case.get("classname", ""), case.get("name", ""))
        is_red = case.find("failure") is not None or case.find("error") is not None
        seen[test] = seen.get(test, False) or is_red
    return Results(len(seen), tuple(test for test, is_red in seen.items() if is_red))
