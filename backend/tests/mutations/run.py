"""Takes out one thing of the wall at a time and shows that its own lock's tests notice, and no other lock's do.

`python -m tests.mutations.run [MUTANT ...]`, beside servers for tests; exit code 1 unless every mutant is noticed.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.clone import ROOT, MutantStale, clone_make, mutant_clone, mutated_files
from tests.mutations.lanes import Lane, lanes_make
from tests.mutations.mutants import DATABASE, LOCKS, MUTANTS, Mutant
from tests.mutations.results import Case, Results, RunBroken, targets_run

NAMES_SHOWN = 3


@dataclass(frozen=True)
class Verdict:
    """What the tests said of a mutant, or why they could not."""

    mutant: Mutant
    results: Results
    broken: str = ""

    @property
    def own(self) -> list[Case]:
        """Red tests in the file that looks at the mutant's lock alone."""
        return self.results.red_of(self.mutant.lock)

    @property
    def others(self) -> list[Case]:
        """Red tests in the files that look at the other two locks alone."""
        return self.results.red_of(*(lock for lock in LOCKS if lock is not self.mutant.lock))

    @property
    def is_noticed(self) -> bool:
        """Whether the lock's own tests turned red."""
        return not self.broken and bool(self.own)

    @property
    def is_alone(self) -> bool:
        """Whether the other two locks' tests stayed green."""
        return not self.broken and not self.others

    def __str__(self) -> str:
        elsewhere = self.results.red_elsewhere()
        counts = f"own {len(self.own):>3}  elsewhere {len(elsewhere):>2}  others {len(self.others):>2}"
        line = (
            f"{self.mutant.name:<44} {self.mutant.lock.name:<8}  {counts}  {_names([*self.own, *elsewhere])}"
        )
        if self.broken:
            return f"{line}  BROKEN: {self.broken}"
        if not self.own:
            return f"{line}  NOT NOTICED"
        return line if self.is_alone else f"{line}  OTHERS RED: {_names(self.others)}"


def _names(tests: list[Case]) -> str:
    functions = list(dict.fromkeys(test.function for test in tests))
    more = f" and {len(functions) - NAMES_SHOWN} more" if len(functions) > NAMES_SHOWN else ""
    return ", ".join(functions[:NAMES_SHOWN]) + more


def verdicts(mutants: list[Mutant], *, base: Path, control: Results, lanes: list[Lane]) -> Iterator[Verdict]:
    """Test every mutant in a copy of the base clone, as many at a time as there are lanes; in the given order."""
    free = SimpleQueue[Lane]()
    for lane in lanes:
        free.put(lane)

    def judge(mutant: Mutant) -> Verdict:
        lane = free.get()
        try:
            return _judge(mutant, base=base, lane=lane, control=control)
        finally:
            free.put(lane)

    with ThreadPoolExecutor(len(lanes)) as pool:
        yield from pool.map(judge, mutants)


def _judge(mutant: Mutant, *, base: Path, lane: Lane, control: Results) -> Verdict:
    clone = mutant_clone(mutant, base)
    try:
        results = _lane_run(lane, clone, is_sql_mutated=mutant.lock is DATABASE)
    except RunBroken as error:
        return Verdict(mutant, Results(0, ()), str(error))
    finally:
        shutil.rmtree(clone)
    missing = control.count - results.count
    return Verdict(mutant, results, f"{missing} tests did not run" if missing else "")


def _lane_run(lane: Lane, clone: Path, *, is_sql_mutated: bool) -> Results:
    """Run in a lane; making its database takes a third of a run, and most mutants leave its SQL alone."""
    keeps_database = lane.has_real_database and not is_sql_mutated
    lane.has_real_database = False
    results = targets_run(clone, lane.environment, keeps_database=keeps_database)
    lane.has_real_database = not is_sql_mutated
    return results


def run(mutants: list[Mutant]) -> int:
    """The control first, then the mutants; 0 when each was noticed by its own lock's tests alone.

    Raises MutantStale before anything runs, and RunBroken when the control does not end.
    """
    for mutant in mutants:
        mutated_files(mutant, ROOT)
    lanes = lanes_make()
    with tempfile.TemporaryDirectory(prefix="igny8-mutants-") as folder:
        base = clone_make(Path(folder) / "control")
        control = _lane_run(lanes[0], base, is_sql_mutated=False)
        if control.red:
            _say(f"without any mutant {len(control.red)} tests are red: {_names(list(control.red))}")
            return 1
        _say(f"{'control, nothing taken out':<44} {control.count} tests green")
        return _report(verdicts(mutants, base=base, control=control, lanes=lanes))


def _report(found: Iterator[Verdict]) -> int:
    count = noticed = alone = 0
    for verdict in found:
        _say(str(verdict))
        count, noticed, alone = count + 1, noticed + verdict.is_noticed, alone + verdict.is_alone
    _say(f"wall-mutations mutants {count} noticed {noticed} others-green {alone}")
    return 0 if noticed == alone == count else 1


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main(names: list[str]) -> int:
    """Run all mutants or the named ones."""
    unknown = set(names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        _say(f"There is no mutant {', '.join(sorted(unknown))}.")
        return 2
    try:
        return run([mutant for mutant in MUTANTS if not names or mutant.name in names])
    except (MutantStale, RunBroken) as problem:
        _say(str(problem))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
