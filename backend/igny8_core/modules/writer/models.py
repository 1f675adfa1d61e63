"""Writing tasks, the sections they have bought, the articles they became, and every version of those."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.writer.constants import ReviewState, RevisionSource, TaskState
from igny8_core.tenancy.bases import SiteBoundModel, SiteSectorBaseModel
from igny8_core.tenancy.fields import TenantForeignKey

ALIVE = Q(deleted_at=None)
NOT_FAILED = ALIVE & ~Q(state=TaskState.FAILED.value)


class WritingTask(SiteSectorBaseModel):
    """An idea that somebody decided to have written; a site writes once for a head keyword.

    The claim says who writes it now: every write of that caller must still find its token.
    """

    idea = TenantForeignKey("planner.ContentIdea", related_name="+", db_index=False)
    idea_id: UUID
    title = models.CharField(max_length=200)
    head_keyword = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.QUEUED)
    draft_number = models.PositiveSmallIntegerField(default=1, help_text="2: the first draft was unfit.")
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    claim_job_id = models.UUIDField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="writer_task_list"),
            models.Index(fields=["account", "site", "state"], name="writer_task_state"),
            models.Index(fields=["account", "idea"], name="writer_task_idea"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "idea"], condition=NOT_FAILED, name="writer_task_per_idea"
            ),
            models.UniqueConstraint(
                fields=["account", "site", "head_keyword"], condition=NOT_FAILED, name="writer_task_per_query"
            ),
        ]


class ArticleSection(SiteBoundModel):
    """A section of one draft of a task: paid for before it is written, kept so that nothing is bought twice."""

    task = TenantForeignKey(WritingTask, owned=True, related_name="sections", db_index=False)
    task_id: UUID
    draft_number = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    heading = models.TextField()
    is_written = models.BooleanField(default=False)
    paragraphs = models.JSONField(default=list)
    removed_link_count = models.PositiveIntegerField(default=0)
    rewrite_count = models.PositiveSmallIntegerField(default=0)
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    credits = models.PositiveIntegerField(default=0)
    hold_id = models.UUIDField(null=True, blank=True, help_text="The credits set aside for it, or paid.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "task"], name="writer_section_task"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "task", "draft_number", "position"],
                condition=ALIVE,
                name="writer_section_once",
            )
        ]


class Article(SiteSectorBaseModel):
    """What a task became, in its newest version; it comes and goes with its task.

    A review speaks of one version of the text and is no change of it: it leaves `version` alone, and counts its own.
    """

    task = TenantForeignKey(WritingTask, owned=True, related_name="+", db_index=False)
    task_id: UUID
    idea = TenantForeignKey("planner.ContentIdea", related_name="+", db_index=False)
    idea_id: UUID
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, db_index=False)
    html = models.TextField()
    excerpt = models.TextField(blank=True, default="")
    meta_description = models.CharField(max_length=320, blank=True, default="")
    head_keyword = models.CharField(max_length=200)
    secondary_keywords = models.JSONField(default=list)
    category = models.CharField(max_length=200, blank=True, default="")
    tags = models.JSONField(default=list)
    language = models.CharField(max_length=8, default="en")
    word_count = models.PositiveIntegerField(default=0)
    is_human_edited = models.BooleanField(default=False)
    model = models.CharField(max_length=120, blank=True, default="")
    prompt_versions = models.JSONField(default=dict)
    credits = models.PositiveIntegerField(default=0)
    review_state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.NONE)
    review_reason = models.CharField(
        max_length=500, blank=True, default="", help_text="Why it was asked for."
    )
    review_comment = models.CharField(max_length=500, blank=True, default="")
    review_count = models.PositiveIntegerField(default=0, editable=False)
    reviewed_version = models.PositiveIntegerField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = TenantForeignKey(
        "igny8_auth.User", null=True, blank=True, related_name="+", db_index=False, help_text="Null: staff."
    )
    reviewed_by_id: UUID | None

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="writer_article_list"),
            models.Index(
                fields=["account", "site", "-id"],
                condition=Q(review_state=ReviewState.PENDING.value),
                name="writer_article_in_review",
            ),
            models.Index(fields=["account", "task"], name="writer_article_task"),
            models.Index(fields=["account", "idea"], name="writer_article_idea"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "task"], condition=ALIVE, name="writer_article_per_task"
            ),
        ]

    @property
    def entity_version(self) -> str:
        """What the row's ETag says: text and review, each of which changes without the other."""
        return f"{self.version}.{self.review_count}" if self.review_count else str(self.version)


class ArticleRevision(SiteBoundModel):
    """One version of an article, as somebody or a model left it."""

    article = TenantForeignKey(Article, owned=True, related_name="revisions", db_index=False)
    article_id: UUID
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=10, choices=RevisionSource)
    actor_id = models.UUIDField(null=True, blank=True)
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, db_index=False)
    html = models.TextField()
    excerpt = models.TextField(blank=True, default="")
    meta_description = models.CharField(max_length=320, blank=True, default="")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "article"], name="writer_revision_article"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "article", "number"], condition=ALIVE, name="writer_revision_once"
            )
        ]
