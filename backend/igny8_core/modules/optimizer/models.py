"""What an article scored in one version under one ruleset."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.tenancy.bases import SiteBoundModel
from igny8_core.tenancy.fields import TenantForeignKey


class ScoreSnapshot(SiteBoundModel):
    """A score from 0 to 100 with the findings behind it."""

    article = TenantForeignKey("writer.Article", owned=True, related_name="+", db_index=False)
    article_id: UUID
    article_version = models.PositiveIntegerField()
    ruleset_version = models.CharField(max_length=20)
    total = models.PositiveSmallIntegerField()
    seo = models.PositiveSmallIntegerField()
    readability = models.PositiveSmallIntegerField(null=True, blank=True)
    findings = models.JSONField(default=list)
    surroundings = models.CharField(
        max_length=300, blank=True, default="", help_text="Other uses of its keyword, and the site's domain."
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="optimizer_score_list"),
            models.Index(fields=["account", "article", "-id"], name="optimizer_score_article"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "article", "article_version", "ruleset_version"],
                condition=Q(deleted_at=None),
                name="optimizer_score_once",
            ),
            models.CheckConstraint(condition=Q(total__lte=100, seo__lte=100), name="optimizer_score_range"),
        ]
