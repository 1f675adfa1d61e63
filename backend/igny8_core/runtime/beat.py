"""Celery's beat as the supervisor starts it: it marks in a file that it schedules, and adds nothing to the schedule."""

import sys
from pathlib import Path
from typing import Any

from celery.signals import beat_init

from igny8_core.celery import app


def main(arguments: list[str]) -> None:
    """Run beat; the first argument is the file of the mark, the others are beat's own."""
    mark = Path(arguments[0])

    def touch(**event: Any) -> None:
        mark.touch()

    beat_init.connect(touch, weak=False)
    app.start(["beat", *arguments[1:]])


if __name__ == "__main__":
    main(sys.argv[1:])
