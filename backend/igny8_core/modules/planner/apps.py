"""The planner room as a Django app."""

from django.apps import AppConfig


class PlannerConfig(AppConfig):
    """Registers the room's tables and tasks."""

    name = "igny8_core.modules.planner"
    label = "planner"
    default_auto_field = "django.db.models.BigAutoField"
