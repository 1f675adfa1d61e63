"""The integration room as a Django app."""

from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.integration"
    label = "integration"
    default_auto_field = "django.db.models.BigAutoField"
