"""The linker room as a Django app."""

from django.apps import AppConfig


class LinkerConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.linker"
    label = "linker"
    default_auto_field = "django.db.models.BigAutoField"
