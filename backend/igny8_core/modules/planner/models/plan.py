"""Pages, topics, clusters, ideas, what overlaps, and what people did to them; what changes them stands in services."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.planner.constants import (
    MAX_NORMALIZED_LENGTH,
    ClusterStatus,
    ClusterType,
    EditKind,
    FindingAction,
    FindingKind,
    FindingState,
    IdeaKind,
    IdeaState,
    Intent,
    OwnerSource,
    PageSource,
    QuerySource,
)
from igny8_core.tenancy.bases import SiteSectorBaseModel
from igny8_core.tenancy.fields import TenantForeignKey

ALIVE = Q(deleted_at=None)


class SitePage(SiteSectorBaseModel):
    """A page that the site has or had, and the query that it is meant to answer, first seen at `created_at`.

    A removed page owns nothing, and its row stays: it may come back, and what pointed at it is to be explained.
    """

    url = models.URLField(max_length=500)
    title = models.CharField(max_length=300, blank=True, default="")
    head_query = models.CharField(max_length=200, blank=True, default="")
    variant_key = models.CharField(max_length=MAX_NORMALIZED_LENGTH, blank=True, default="", editable=False)
    query_source = models.CharField(max_length=10, choices=QuerySource, blank=True, default=QuerySource.NONE)
    source = models.CharField(max_length=10, choices=PageSource)
    content_id = models.UUIDField(null=True, blank=True, help_text="The article, when we wrote the page.")
    remote_key = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="What its CMS calls it: finds it under a new address.",
    )
    changed_at = models.DateTimeField(null=True, blank=True, help_text="When its text was last changed.")
    last_seen_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "head_query"], name="planner_page_query"),
            models.Index(fields=["account", "site", "variant_key"], name="planner_page_key"),
            models.Index(fields=["account", "site", "remote_key"], name="planner_page_remote"),
            models.Index(fields=["account", "site", "-id"], name="planner_page_list"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site", "url"], condition=ALIVE, name="planner_page_once"
            )
        ]


class Topic(SiteSectorBaseModel):
    """What several clusters are about together: the pillar that their pages belong to."""

    name = models.CharField(max_length=200)
    head_keyword = models.CharField(max_length=200)
    clusters_count = models.PositiveIntegerField(default=0)
    keywords_count = models.PositiveIntegerField(default=0)
    volume = models.PositiveBigIntegerField(
        default=0, help_text="Monthly searches of all its clusters' keywords."
    )
    avg_difficulty = models.FloatField(null=True, blank=True)
    is_locked = models.BooleanField(default=False, help_text="A locked topic takes and gives no clusters.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-volume"], name="planner_topic_list"),
        ]


class Cluster(SiteSectorBaseModel):
    """Keywords that one page, or one page with its satellites, can answer."""

    topic = TenantForeignKey(Topic, null=True, blank=True, related_name="clusters", db_index=False)
    topic_id: UUID | None
    name = models.CharField(max_length=200)
    head_keyword = models.CharField(max_length=200)
    keywords_count = models.PositiveIntegerField(default=0)
    volume = models.PositiveBigIntegerField(default=0, help_text="Monthly searches of all its keywords.")
    avg_difficulty = models.FloatField(null=True, blank=True)
    intent = models.CharField(max_length=15, choices=Intent, default=Intent.INFORMATIONAL)
    cohesion = models.FloatField(default=0, help_text="Mean cosine over all pairs of its keywords, 0 to 1.")
    type = models.CharField(max_length=10, choices=ClusterType, default=ClusterType.BLOG)
    status = models.CharField(max_length=10, choices=ClusterStatus, default=ClusterStatus.NEW)
    is_locked = models.BooleanField(default=False, help_text="A locked cluster takes and gives no keywords.")
    owner_page = TenantForeignKey(
        "planner.SitePage", null=True, blank=True, related_name="owned_clusters", db_index=False
    )
    owner_page_id: UUID | None
    owner_source = models.CharField(max_length=10, choices=OwnerSource, blank=True, default=OwnerSource.NONE)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-volume"], name="planner_cluster_list"),
            models.Index(fields=["account", "sector"], name="planner_cluster_sector"),
            models.Index(fields=["account", "owner_page"], name="planner_cluster_owner"),
            models.Index(fields=["account", "topic"], name="planner_cluster_topic"),
        ]


class ContentIdea(SiteSectorBaseModel):
    """One article that a cluster asks for, with the brief that its writer gets."""

    cluster = TenantForeignKey(Cluster, owned=True, related_name="ideas", db_index=False)
    cluster_id: UUID
    title = models.CharField(max_length=200)
    head_keyword = models.CharField(max_length=200)
    variant_key = models.CharField(max_length=MAX_NORMALIZED_LENGTH, blank=True, default="", editable=False)
    kind = models.CharField(max_length=12, choices=IdeaKind, default=IdeaKind.NEW_CONTENT)
    page = TenantForeignKey(
        "planner.SitePage",
        null=True,
        blank=True,
        related_name="ideas",
        db_index=False,
        help_text="The page that it improves; none for new content.",
    )
    page_id: UUID | None
    brief = models.JSONField(default=dict)
    score = models.FloatField(default=0)
    score_parts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=IdeaState, default=IdeaState.NEW)
    failure_reason = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-score"], name="planner_idea_score"),
            models.Index(fields=["account", "site", "state"], name="planner_idea_state"),
            models.Index(fields=["account", "cluster"], name="planner_idea_cluster"),
            models.Index(fields=["account", "site", "variant_key"], name="planner_idea_query"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site", "head_keyword"],
                condition=ALIVE
                & Q(kind=IdeaKind.NEW_CONTENT)
                & ~Q(state__in=[IdeaState.REJECTED, IdeaState.FAILED]),
                name="planner_idea_once",
            ),
            models.UniqueConstraint(
                fields=["account", "site", "page"],
                condition=ALIVE & Q(page__isnull=False, state__in=[IdeaState.NEW, IdeaState.ACCEPTED]),
                name="planner_idea_page_once",
            ),
            models.CheckConstraint(
                condition=Q(page=None) | ~Q(kind=IdeaKind.NEW_CONTENT), name="planner_idea_kind"
            ),
        ]


class PlanFinding(SiteSectorBaseModel):
    """Two things of a site that chase one query, what shows it, and what we propose; a dismissal is remembered."""

    kind = models.CharField(max_length=12, choices=FindingKind)
    state = models.CharField(max_length=10, choices=FindingState, default=FindingState.OPEN)
    action = models.CharField(max_length=10, choices=FindingAction)
    key = models.CharField(
        max_length=64, editable=False, help_text="What it is about: the same on every look."
    )
    query = models.CharField(max_length=200)
    weight = models.FloatField(default=0, help_text="Searches, or impressions, a month that are at stake.")
    idea = TenantForeignKey(
        ContentIdea, owned=True, null=True, blank=True, related_name="findings", db_index=False
    )
    idea_id: UUID | None
    other_idea = TenantForeignKey(
        ContentIdea, owned=True, null=True, blank=True, related_name="+", db_index=False
    )
    other_idea_id: UUID | None
    page = TenantForeignKey(SitePage, owned=True, null=True, blank=True, related_name="+", db_index=False)
    page_id: UUID | None
    other_page = TenantForeignKey(
        SitePage, owned=True, null=True, blank=True, related_name="+", db_index=False
    )
    other_page_id: UUID | None
    evidence = models.JSONField(default=dict)
    found_at = models.DateTimeField(null=True, blank=True, help_text="When a look last found it.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "state", "-weight"], name="planner_finding_list"),
            models.Index(fields=["account", "idea"], name="planner_finding_idea"),
            models.Index(fields=["account", "other_idea"], name="planner_finding_other"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site", "key"], condition=ALIVE, name="planner_finding_once"
            )
        ]


class PlanEdit(SiteSectorBaseModel):
    """What a person did to topics and clusters, so that it can be taken back; the audit trail says who."""

    kind = models.CharField(max_length=10, choices=EditKind)
    subject = models.CharField(max_length=200, help_text="The name of what was edited, as it was then.")
    rows_count = models.PositiveIntegerField(default=0, help_text="How many keywords, or clusters, it moved.")
    changes = models.JSONField(
        default=list, help_text="In order: table, ids, what they were before and what they are after."
    )
    row_ids = models.JSONField(default=list, help_text="The clusters and topics that it concerned.")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="planner_edit_list"),
        ]
