"""Publications: one article on one destination, and everything needed to go on after a crash at any line."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q

from igny8_core.modules.publisher.constants import PublicationState
from igny8_core.tenancy.bases import SiteBoundModel
from igny8_core.tenancy.fields import TenantForeignKey

ALIVE = Q(deleted_at=None)


class Publication(SiteBoundModel):
    """One article on one destination: its identity is reserved before anything is sent, and never changes after."""

    follow_up_task = "publisher.follow_deletions"

    article = TenantForeignKey("writer.Article", owned=True, related_name="+", db_index=False)
    article_id: UUID
    destination = TenantForeignKey("integration.Destination", owned=True, related_name="+", db_index=False)
    destination_id: UUID
    marker = models.UUIDField(
        default=uuid4, editable=False, help_text="Found again by this, whatever happens."
    )
    slug = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=PublicationState, default=PublicationState.RESERVED)
    external_id = models.CharField(max_length=64, blank=True, default="")
    url = models.URLField(max_length=500, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="Committed before the post goes out.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often the post was sent.")
    article_version = models.PositiveIntegerField(null=True, blank=True, help_text="What was sent last.")
    remote_modified_at = models.DateTimeField(null=True, blank=True, help_text="After our own last write.")
    is_edited = models.BooleanField(default=False, help_text="Somebody edited the draft before its release.")
    twins = models.JSONField(default=list, help_text="Ids of further drafts that a late request left.")
    differences = models.JSONField(default=list, help_text="What the destination keeps otherwise than sent.")
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="publisher_publication_list"),
            models.Index(fields=["account", "article"], name="publisher_publication_article"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "article", "destination"], condition=ALIVE, name="publisher_once"
            ),
            models.UniqueConstraint(
                fields=["account", "destination", "slug"], condition=ALIVE, name="publisher_slug_once"
            ),
        ]
