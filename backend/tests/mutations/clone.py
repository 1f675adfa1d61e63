"""Temporary copies of the working tree and the one way to mutate them; the tree itself is only read."""

import shutil
import subprocess
from pathlib import Path

from tests.mutations.mutants import Mutant

ROOT = Path(__file__).resolve().parents[3]


class MutantStale(Exception):
    """The code has changed under a mutant: its text is not there exactly once, so it would test nothing."""


def clone_make(folder: Path) -> Path:
    """Copy what git tracks, as it is in the working tree; times are kept, so compiled files stay good in copies."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder


def mutated_files(mutant: Mutant, tree: Path) -> dict[str, str]:
    """What the files that a mutant touches say after its edits, by name; raises MutantStale."""
    texts: dict[str, str] = {}
    for edit in mutant.edits:
        text = texts.get(edit.file) or (tree / edit.file).read_text()
        count = text.count(edit.old)
        if count != 1 or edit.old == edit.new:
            raise MutantStale(f"{mutant.name}: not once but {count} times in {edit.file}:\n{edit.old}")
        texts[edit.file] = text.replace(edit.old, edit.new)
    return texts


def mutant_clone(mutant: Mutant, base: Path) -> Path:
    """Copy a clone and write a mutant's edits into the copy; raises MutantStale."""
    clone = base.with_name(mutant.name)
    shutil.copytree(base, clone)
    for name, text in mutated_files(mutant, base).items():
        (clone / name).write_text(text)
    return clone
