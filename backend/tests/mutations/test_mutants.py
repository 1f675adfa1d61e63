"""The mutants fit the code as it is, and a run that proves nothing never passes for one that does."""

import ast
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutations.clone import ROOT, MutantStale, mutant_clone, mutated_files
from tests.mutations.mutants import LOCKS, MUTANTS, Edit, Mutant
from tests.mutations.results import Case, Results, RunBroken, report_read, targets_run
from tests.mutations.run import Verdict

MUTANT = MUTANTS[0]
OWN, OTHER = (Case(lock.own_file.removesuffix(".py").replace("/", "."), "test_x[a]") for lock in LOCKS[:2])
ELSEWHERE = Case("backend.tests.isolation.test_planner.TestKeywords", "test_y")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_fits_the_code_and_can_be_compiled(mutant: Mutant) -> None:
    for text in mutated_files(mutant, ROOT).values():
        ast.parse(text)


def test_names_are_unique_and_every_lock_has_mutants() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.lock for mutant in MUTANTS} == set(LOCKS)
    assert all((ROOT / lock.own_file).is_file() for lock in LOCKS)


@pytest.mark.parametrize(
    ("old", "new"), [("b", "c"), ("x", "c"), ("a", "a")], ids=["twice", "missing", "no change"]
)
def test_mutant_that_would_test_nothing_is_refused(old: str, new: str, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("abb")
    with pytest.raises(MutantStale):
        mutated_files(replace(MUTANT, edits=(Edit("code.py", old, new),)), tmp_path)


def test_mutant_leaves_the_tree_that_it_copies_alone(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "code.py").write_text("abc")
    edits = (Edit("code.py", "b", "x"), Edit("code.py", "xc", "y"))
    clone = mutant_clone(replace(MUTANT, edits=edits), base)
    assert ((clone / "code.py").read_text(), (base / "code.py").read_text()) == ("ay", "abc")


def test_run_that_does_not_end_is_broken_whatever_an_earlier_one_said(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "report.xml").write_text("<testsuites/>")
    with pytest.raises(RunBroken, match="pytest ended with"):
        targets_run(clone, os.environ)


def test_report_counts_a_test_with_two_complaints_once(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuite><testcase classname='m' name='a'><failure/></testcase>"
        "<testcase classname='m' name='a'><error/></testcase><testcase classname='m' name='b'/></testsuite>"
    )
    assert report_read(report) == Results(2, (Case("m", "a"),))


@pytest.mark.parametrize(
    ("red", "broken", "is_noticed", "is_alone"),
    [
        ((OWN, ELSEWHERE), "", True, True),
        ((OWN, OTHER), "", True, False),
        ((ELSEWHERE,), "", False, True),
        ((), "", False, True),
        ((OWN,), "1 tests did not run", False, False),
    ],
)
def test_verdict_wants_the_own_tests_red_and_the_others_green(
    red: tuple[Case, ...], broken: str, is_noticed: bool, is_alone: bool
) -> None:
    verdict = Verdict(MUTANT, Results(9, red), broken)
    assert (verdict.is_noticed, verdict.is_alone) == (is_noticed, is_alone)
