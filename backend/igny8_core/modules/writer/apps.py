"""The writer room as a Django app."""

from django.apps import AppConfig


class WriterConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.writer"
    label = "writer"
    default_auto_field = "django.db.models.BigAutoField"
