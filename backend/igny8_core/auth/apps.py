"""Identity as a Django app; labelled igny8_auth because plain `auth` is Django's own."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers accounts, users, sites and credentials."""

    name = "igny8_core.auth"
    label = "igny8_auth"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"
