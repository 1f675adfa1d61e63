"""Runs one benchmark or all of them, each in a process of its own: `python -m bench.run [name ...]`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FRAME = {"__init__", "run", "report", "cpu", "api", "bare", "stage", "keywords"}


def names() -> list[str]:
    """The benchmarks, by file name."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in FRAME)


def main(wanted: list[str]) -> int:
    """Run them in turn; a benchmark that breaks is an error, one over its limit prints `short`."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(names())}.", file=sys.stderr
        )
        return 2
    codes = [subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode for name in wanted or names()]
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
