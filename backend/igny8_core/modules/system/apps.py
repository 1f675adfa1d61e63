"""The system room as a Django app."""

from django.apps import AppConfig


class SystemConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.system"
    label = "system"
    default_auto_field = "django.db.models.BigAutoField"
