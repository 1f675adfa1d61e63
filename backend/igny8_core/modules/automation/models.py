"""Runs and their items: where a pipeline stands, so that it can go on after any crash."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.automation.constants import (
    ACTIVE_RUN_STATES,
    ONE_ACTIVE_RUN,
    ItemState,
    RunState,
    Stage,
)
from igny8_core.tenancy.bases import SiteBoundModel, SiteSectorBaseModel
from igny8_core.tenancy.fields import TenantForeignKey


class PipelineRun(SiteSectorBaseModel):
    """One way from a keyword export to published posts; a site has at most one that is not finished."""

    state = models.CharField(max_length=10, choices=RunState, default=RunState.RUNNING)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.IMPORT)
    step = models.PositiveIntegerField(default=0, help_text="Counts steps; each has a job of its own.")
    request_key = models.CharField(
        max_length=64, blank=True, default="", help_text="The same request, the same run."
    )
    keyword_import = TenantForeignKey("planner.KeywordImport", null=True, blank=True, related_name="+")
    keyword_import_id: UUID | None
    destination = TenantForeignKey("integration.Destination", related_name="+")
    destination_id: UUID
    article_count = models.PositiveSmallIntegerField()
    counts = models.JSONField(default=dict)
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="automation_run_list"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site"],
                condition=Q(state__in=[state.value for state in ACTIVE_RUN_STATES], deleted_at=None),
                name=ONE_ACTIVE_RUN,
            )
        ]


class RunItem(SiteBoundModel):
    """One idea that a run turns into a post."""

    run = TenantForeignKey(PipelineRun, owned=True, related_name="items", db_index=False)
    run_id: UUID
    position = models.PositiveSmallIntegerField()
    idea = TenantForeignKey("planner.ContentIdea", related_name="+")
    idea_id: UUID
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.WRITING)
    article = TenantForeignKey("writer.Article", null=True, blank=True, related_name="+")
    article_id: UUID | None
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    publication = TenantForeignKey("publisher.Publication", null=True, blank=True, related_name="+")
    publication_id: UUID | None
    url = models.URLField(max_length=500, blank=True, default="")
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "run", "idea"], condition=Q(deleted_at=None), name="automation_item_once"
            )
        ]
