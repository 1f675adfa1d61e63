"""The account room as a Django app."""

from django.apps import AppConfig


class AccountConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.account"
    label = "account"
    default_auto_field = "django.db.models.BigAutoField"
