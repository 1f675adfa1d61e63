"""The billing room as a Django app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"
