"""The auth room as a Django app."""

from django.apps import AppConfig


class AuthConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.auth"
    label = "auth_room"
    default_auto_field = "django.db.models.BigAutoField"
