"""Where a site's articles can be published, and the terms there; what changes them stands in services."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.integration.constants import MAX_MINIMUM_SCORE, ConnectionStatus, Platform, Taxonomy
from igny8_core.tenancy.bases import SiteBoundModel
from igny8_core.tenancy.fields import TenantForeignKey
from igny8_core.tenancy.secrets import EncryptedTextField

ALIVE = Q(deleted_at=None)


class Destination(SiteBoundModel):
    """A WordPress site, or the built-in preview site, that belongs to one site."""

    platform = models.CharField(max_length=10, choices=Platform)
    name = models.CharField(max_length=120)
    base_url = models.CharField(max_length=500, blank=True, default="", help_text="Empty for the preview.")
    username = models.CharField(max_length=120, blank=True, default="")
    secret = EncryptedTextField(blank=True, default="", editable=False)
    minimum_score = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="What an article must score to be published without a review; null: nothing.",
    )
    is_paused = models.BooleanField(default=False, help_text="On: nothing is published there.")
    preview_token = models.CharField(max_length=64, blank=True, default="", editable=False)
    status = models.CharField(max_length=10, choices=ConnectionStatus, default=ConnectionStatus.UNCHECKED)
    last_check = models.JSONField(null=True, blank=True, help_text="The last connection report.")
    last_checked_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    posts_read_at = models.DateTimeField(
        null=True, blank=True, help_text="When its posts and pages were last read to the end."
    )
    posts_count = models.PositiveIntegerField(default=0, help_text="How many were public then.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="integration_destination_list"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site"],
                condition=ALIVE & Q(platform=Platform.PREVIEW),
                name="integration_preview_once",
            ),
            models.UniqueConstraint(
                fields=["account", "site", "platform", "base_url"],
                condition=ALIVE,
                name="integration_destination_once",
            ),
            models.CheckConstraint(
                condition=Q(minimum_score__lte=MAX_MINIMUM_SCORE), name="integration_minimum_score_range"
            ),
        ]


class DestinationTerm(SiteBoundModel):
    """A category or tag of a WordPress site as last read; `gone_at` says since when it is there no more."""

    destination = TenantForeignKey(Destination, owned=True, related_name="+", db_index=False)
    destination_id: UUID
    taxonomy = models.CharField(max_length=10, choices=Taxonomy)
    name = models.CharField(max_length=200)
    slug = models.CharField(max_length=200, blank=True, default="")
    external_id = models.CharField(max_length=40)
    parent_external_id = models.CharField(max_length=40, blank=True, default="")
    count = models.PositiveIntegerField(
        default=0, help_text="Published posts under it, by the site's own count."
    )
    synced_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="integration_term_list"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "destination", "taxonomy", "external_id"],
                condition=ALIVE,
                name="integration_term_once",
            ),
        ]
