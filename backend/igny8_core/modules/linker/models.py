"""The links of a site's articles, those that are suggested, and the batches that put them in."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.linker.constants import BatchState, LinkHealth, LinkKind, SuggestionState
from igny8_core.tenancy.bases import SiteBoundModel
from igny8_core.tenancy.fields import TenantForeignKey

ALIVE = Q(deleted_at=None)


class LinkNode(SiteBoundModel):
    """An article in the graph, as its links were last read; it comes and goes with the article."""

    article = TenantForeignKey("writer.Article", owned=True, related_name="+", db_index=False)
    article_id: UUID
    article_version = models.PositiveIntegerField(help_text="The version whose links were read.")
    title = models.CharField(max_length=200)
    inbound = models.PositiveIntegerField(default=0)
    outbound = models.PositiveIntegerField(
        default=0, help_text="Links to other articles and pages of the site."
    )
    external = models.PositiveIntegerField(default=0)
    health = models.CharField(max_length=10, choices=LinkHealth, default=LinkHealth.ORPHAN)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-inbound"], name="linker_node_inbound"),
            models.Index(fields=["account", "site", "health"], name="linker_node_health"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "article"], condition=ALIVE, name="linker_node_once")
        ]


class LinkEdge(SiteBoundModel):
    """A link that stands in an article; `target` is known when it leads to a published article of the site."""

    source = TenantForeignKey("writer.Article", owned=True, related_name="+", db_index=False)
    source_id: UUID
    target = TenantForeignKey("writer.Article", null=True, blank=True, related_name="+", db_index=False)
    target_id: UUID | None
    url = models.TextField()
    anchor = models.TextField(blank=True, default="")
    position = models.PositiveIntegerField(help_text="In the article's links, from 1.")
    kind = models.CharField(max_length=10, choices=LinkKind)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="linker_edge_list"),
            models.Index(fields=["account", "target"], name="linker_edge_target"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "source", "position"], condition=ALIVE, name="linker_edge_once"
            )
        ]


class LinkBatch(SiteBoundModel):
    """Links that were put in together, and what each article was before and after."""

    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.INSERTING)
    articles = models.JSONField(default=list, help_text="Per article: its outcome and revisions.")
    wanted_count = models.PositiveIntegerField(default=0)
    inserted_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    reverted_count = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="linker_batch_list"),
        ]


class LinkSuggestion(SiteBoundModel):
    """A link that an article should have, on words that stand in it; one row per pair of articles for good."""

    source = TenantForeignKey("writer.Article", owned=True, related_name="+", db_index=False)
    source_id: UUID
    target = TenantForeignKey("writer.Article", owned=True, related_name="+", db_index=False)
    target_id: UUID
    batch = TenantForeignKey(LinkBatch, null=True, blank=True, related_name="+", db_index=False)
    batch_id: UUID | None
    url = models.URLField(max_length=500)
    anchor = models.TextField()
    sentence = models.TextField()
    score = models.FloatField(default=0)
    score_parts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=SuggestionState, default=SuggestionState.SUGGESTED)
    problem = models.CharField(
        max_length=20, blank=True, default="", help_text="Why it was not put in or taken out."
    )
    markup = models.TextField(
        blank=True, default="", help_text="What stands in the article since it was put in."
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="linker_suggestion_list"),
            models.Index(fields=["account", "site", "state"], name="linker_suggestion_state"),
            models.Index(fields=["account", "batch"], name="linker_suggestion_batch"),
            models.Index(fields=["account", "target"], name="linker_suggestion_target"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "source", "target"], condition=ALIVE, name="linker_suggestion_once"
            )
        ]
