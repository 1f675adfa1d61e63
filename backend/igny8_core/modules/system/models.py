"""An account's own texts for the prompts that ship with the product; what changes them stands in services."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.system.constants import PROMPT_MAX_LENGTH
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.fields import TenantForeignKey


class PromptOverride(AccountBaseModel):
    """A text that stands in place of a shipped prompt: for one site, or without a site for the account."""

    key = models.CharField(max_length=80)
    text = models.TextField(max_length=PROMPT_MAX_LENGTH)
    site = TenantForeignKey("igny8_auth.Site", owned=True, null=True, blank=True, related_name="+")
    site_id: UUID | None

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two, because NULLs are distinct: without the second an account could have any number of its own texts.
            models.UniqueConstraint(
                fields=["account", "key", "site"],
                condition=Q(deleted_at=None, site__isnull=False),
                name="system_prompt_site_once",
            ),
            models.UniqueConstraint(
                fields=["account", "key"],
                condition=Q(deleted_at=None, site=None),
                name="system_prompt_account_once",
            ),
        ]
