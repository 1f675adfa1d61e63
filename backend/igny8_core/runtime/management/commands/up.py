"""`manage.py up`: the whole of IGNY8 under one supervisor, in the foreground."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from igny8_core.runtime.errors import RuntimeProblem
from igny8_core.runtime.paths import clone_root, state_directory
from igny8_core.runtime.stack import Clock, Stack


class Command(BaseCommand):
    """Starts servers that do not run yet, so it asks nothing of a database."""

    help = "Start the database, the broker, the web, the worker and beat; Ctrl-C stops them in order."
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until asked to end; raises CommandError with one sentence."""

        def write(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        try:
            Stack(root=clone_root(), state=state_directory(), environment=os.environ, say=Clock(write)).run()
        except RuntimeProblem as problem:
            raise CommandError(problem.message) from problem
