"""`manage.py reset_state`: remove the embedded servers' data and every other file of this clone's state."""

import shutil
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from igny8_core.runtime.errors import AlreadyRunning
from igny8_core.runtime.locks import DirectoryLock
from igny8_core.runtime.paths import places_remove, state_directory
from igny8_core.runtime.stack import LOCK_FILE


class Command(BaseCommand):
    """Works without a database: it removes the one there is."""

    help = "Remove the embedded database, queue, keys and logs of this clone, after asking."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept --yes."""
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove all of it, or nothing; raises CommandError while the supervisor runs."""
        state = state_directory()
        if not state.exists():
            self.stdout.write(f"Nothing to remove: there is no {state}.")
            return
        lock = DirectoryLock(state / LOCK_FILE)
        try:
            lock.take()
        except AlreadyRunning as problem:
            raise CommandError(f"{problem.message} Stop it first.") from problem
        try:
            if options["yes"] or self._confirmed(str(state)):
                outside = places_remove(state)
                shutil.rmtree(state)
                self.stdout.write(f"Removed {', '.join(str(place) for place in [state, *outside])}.")
            else:
                self.stdout.write("Nothing was removed.")
        finally:
            lock.give()

    def _confirmed(self, state: str) -> bool:
        question = f"This removes {state} with all accounts, sites and articles in it. Type yes to go on: "
        try:
            return input(question).strip().lower() == "yes"
        except EOFError:
            return False
