"""The publisher room as a Django app."""

from django.apps import AppConfig


class PublisherConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.publisher"
    label = "publisher"
    default_auto_field = "django.db.models.BigAutoField"
