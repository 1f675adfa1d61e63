"""An account's own prompt texts, brand profiles and notifications; what changes them stands in services."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.auth.models import Role
from igny8_core.modules.system.constants import (
    AUDIENCE_LENGTH,
    CALL_TO_ACTION_LENGTH,
    EXAMPLE_LENGTH,
    NOTES_LENGTH,
    NOTIFICATION_LENGTH,
    PROMPT_MAX_LENGTH,
    VOICE_LENGTH,
)
from igny8_core.modules.system.types import NotificationKind
from igny8_core.tenancy.bases import AccountBaseModel, SiteBoundModel
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


class PromptRevision(AccountBaseModel):
    """A text that an override had, kept when the override changes or goes; numbered for each site and the account."""

    key = models.CharField(max_length=80)
    site = TenantForeignKey("igny8_auth.Site", owned=True, null=True, blank=True, related_name="+")
    site_id: UUID | None
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=PROMPT_MAX_LENGTH)
    actor_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "key", "site", "number"],
                condition=Q(deleted_at=None, site__isnull=False),
                name="system_revision_site_once",
            ),
            models.UniqueConstraint(
                fields=["account", "key", "number"],
                condition=Q(deleted_at=None, site=None),
                name="system_revision_account_once",
            ),
        ]


class BrandProfile(SiteBoundModel):
    """How a site speaks, and what it never says; a site has at most one."""

    voice = models.CharField(max_length=VOICE_LENGTH, blank=True, default="")
    audience = models.CharField(max_length=AUDIENCE_LENGTH, blank=True, default="")
    banned_phrases = models.JSONField(default=list, blank=True)
    brand_terms = models.JSONField(
        default=list, blank=True, help_text="Names by which searchers mean a brand."
    )
    call_to_action = models.CharField(max_length=CALL_TO_ACTION_LENGTH, blank=True, default="")
    notes = models.TextField(max_length=NOTES_LENGTH, blank=True, default="")
    example_text = models.TextField(max_length=EXAMPLE_LENGTH, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site"], condition=Q(deleted_at=None), name="system_brand_profile_once"
            ),
        ]


class Notification(AccountBaseModel):
    """Something that happened, told once: to one person, or to everybody of a role who sees its site."""

    kind = models.CharField(max_length=30, choices=NotificationKind, default=NotificationKind.JOB_FAILED)
    text = models.CharField(max_length=NOTIFICATION_LENGTH)
    site = TenantForeignKey("igny8_auth.Site", owned=True, null=True, blank=True, related_name="+")
    site_id: UUID | None
    recipient_id = models.UUIDField(null=True, blank=True, help_text="Empty: everybody of the role.")
    lowest_role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    target_kind = models.CharField(max_length=30, blank=True, default="")
    target_id = models.CharField(max_length=40, blank=True, default="")
    dedupe_key = models.CharField(max_length=120)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="system_notification_list"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "dedupe_key"],
                condition=Q(deleted_at=None),
                name="system_notification_once",
            ),
        ]


class NotificationRead(AccountBaseModel):
    """That a person has read a notification."""

    notification = TenantForeignKey(Notification, owned=True, related_name="+", db_index=False)
    notification_id: UUID
    user_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "notification", "user_id"],
                condition=Q(deleted_at=None),
                name="system_notification_read_once",
            ),
        ]
