"""The optimizer room as a Django app."""

from django.apps import AppConfig


class OptimizerConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.optimizer"
    label = "optimizer"
    default_auto_field = "django.db.models.BigAutoField"
