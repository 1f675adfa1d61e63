"""Seals stored passwords and second factors anew with the newest key: run it before an old key is taken away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from igny8_core.auth.models import Account
from igny8_core.auth.services import second_factor_secrets_rotate
from igny8_core.modules.integration.services import destination_secrets_rotate
from igny8_core.tenancy.tasks import in_each_account


class Command(BaseCommand):
    """Rotate each account in a transaction of its own."""

    help = "Seal every stored password and second factor with the first key of FIELD_ENCRYPTION_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many accounts are done; raises CommandError when one could not be."""
        account_ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
        well = in_each_account(account_ids, lambda _account_id: _rotate())
        if well < len(account_ids):
            raise CommandError(f"{len(account_ids) - well} accounts failed, see the log; keep the old key.")
        self.stdout.write(f"All {well} accounts are sealed with the newest key.")


def _rotate() -> None:
    destination_secrets_rotate()
    second_factor_secrets_rotate()
