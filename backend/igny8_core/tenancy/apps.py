"""The wall as a Django app: its tables are Job, AuditEvent and IdempotencyKey."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Registers the wall's own tables and the boot check of the database role."""

    name = "igny8_core.tenancy"
    label = "tenancy"
    verbose_name = "Jobs"
    default_auto_field = "django.db.models.BigAutoField"
