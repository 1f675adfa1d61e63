"""Makes the console's templates and static files known."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The pages of tenants; it owns no table."""

    name = "igny8_core.console"
    label = "console"
