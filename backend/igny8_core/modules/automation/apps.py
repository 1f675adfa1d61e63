"""The automation room as a Django app."""

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.automation"
    label = "automation"
    default_auto_field = "django.db.models.BigAutoField"
