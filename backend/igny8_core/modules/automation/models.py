"""A site's settings, runs and their items: where a pipeline stands, so that it can go on after any crash."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.automation.constants import (
    ACTIVE_RUN_STATES,
    ALL_SWITCHES,
    DEFAULT_ARTICLES,
    ONE_ACTIVE_RUN,
    ApprovalMode,
    EventKind,
    ItemState,
    RunState,
    ScheduleKind,
    Stage,
    Trigger,
)
from igny8_core.tenancy.bases import SiteBoundModel, SiteSectorBaseModel
from igny8_core.tenancy.fields import TenantForeignKey


def all_switches() -> list[str]:
    """Every switch on: what a site does of which nobody said anything."""
    return list(ALL_SWITCHES)


class PipelineSettings(SiteBoundModel):
    """How a site's pipeline runs; a site without a row has the defaults.

    `next_run_at` and what was skipped are the scheduler's: they move without a new version.
    """

    stages = models.JSONField(default=all_switches, help_text="The switches that are on.")
    ideas_per_run = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Null: no limit.")
    articles_per_run = models.PositiveSmallIntegerField(default=DEFAULT_ARTICLES)
    approval_mode = models.CharField(max_length=10, choices=ApprovalMode, default=ApprovalMode.AUTO)
    destination = TenantForeignKey("integration.Destination", null=True, blank=True, related_name="+")
    destination_id: UUID | None
    schedule = models.CharField(max_length=10, choices=ScheduleKind, default=ScheduleKind.OFF)
    weekdays = models.JSONField(default=list, help_text="ISO weekdays, Monday is 1.")
    hour = models.PositiveSmallIntegerField(default=6)
    time_zone = models.CharField(max_length=64, default="UTC", help_text="An IANA name.")
    run_credit_budget = models.PositiveIntegerField(null=True, blank=True)
    monthly_credit_budget = models.PositiveIntegerField(null=True, blank=True)
    is_enabled = models.BooleanField(default=True)
    paused_until = models.DateField(
        null=True, blank=True, help_text="The first day that the schedule runs again."
    )
    next_run_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_skipped_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_skip_code = models.CharField(max_length=80, blank=True, default="", editable=False)
    last_skip_message = models.TextField(blank=True, default="", editable=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_run_at"], name="automation_settings_due", condition=Q(next_run_at__isnull=False)
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site"], condition=Q(deleted_at=None), name="automation_settings_once"
            )
        ]


class PipelineRun(SiteSectorBaseModel):
    """One way from a keyword export to published posts; a site has at most one at work.

    What the site's settings said when it started is kept here: changing them changes no run.
    """

    state = models.CharField(max_length=10, choices=RunState, default=RunState.RUNNING)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.IMPORT)
    step = models.PositiveIntegerField(default=0, help_text="Counts steps; each has a job of its own.")
    request_key = models.CharField(
        max_length=64, blank=True, default="", help_text="The same request, the same run."
    )
    keyword_import = TenantForeignKey("planner.KeywordImport", null=True, blank=True, related_name="+")
    keyword_import_id: UUID | None
    destination = TenantForeignKey("integration.Destination", null=True, blank=True, related_name="+")
    destination_id: UUID | None
    article_count = models.PositiveSmallIntegerField()
    stages = models.JSONField(default=all_switches, help_text="The switches that were on.")
    ideas_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    approval_mode = models.CharField(max_length=10, choices=ApprovalMode, default=ApprovalMode.AUTO)
    credit_budget = models.PositiveIntegerField(null=True, blank=True)
    trigger = models.CharField(max_length=10, choices=Trigger, default=Trigger.PERSON)
    counts = models.JSONField(default=dict)
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="automation_run_list"),
            models.Index(fields=["checked_at"], name="automation_run_waiting", condition=Q(state="waiting")),
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
    held_reason = models.TextField(blank=True, default="", help_text="Why it waits for a person.")
    credits = models.PositiveIntegerField(default=0, help_text="What the run was charged for the article.")
    written_at = models.DateTimeField(null=True, blank=True)
    failed_state = models.CharField(max_length=10, blank=True, default="", help_text="The step that failed.")
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "written_at"], name="automation_item_written"),
            models.Index(fields=["checked_at"], name="automation_item_review", condition=Q(state="review")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "run", "idea"], condition=Q(deleted_at=None), name="automation_item_once"
            )
        ]


class RunEvent(SiteBoundModel):
    """What happened to a run or to one of its items, written in the transaction that made it so.

    Written once: the one later change is the deletion and restore together with its run.
    """

    run = TenantForeignKey(PipelineRun, owned=True, related_name="events", db_index=False)
    run_id: UUID
    item = TenantForeignKey(RunItem, null=True, blank=True, related_name="+", db_index=False)
    item_id: UUID | None
    kind = models.CharField(max_length=20, choices=EventKind)
    message = models.TextField(blank=True, default="")
    credits = models.PositiveIntegerField(default=0)
    job_id = models.UUIDField(null=True, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "run", "id"], name="automation_event_run"),
            models.Index(fields=["account", "item", "id"], name="automation_event_item"),
        ]

    def save(self, **kwargs: Any) -> None:
        """Insert the row; what happened is not rewritten."""
        if not self._state.adding:
            raise NotImplementedError("Events are written once.")
        super().save(**kwargs)
