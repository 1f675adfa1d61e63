"""`manage.py permissions`: prints docs/permissions.md from the table of operations; it reads no database."""

from typing import Any

from django.core.management.base import BaseCommand

from igny8_core.api.operations import permissions_page


class Command(BaseCommand):
    """Print who may call which operation, as Markdown."""

    help = "Print docs/permissions.md from the table of operations."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page to standard output."""
        self.stdout.write(permissions_page(), ending="")
