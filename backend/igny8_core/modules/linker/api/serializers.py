"""The linker's rows and bodies as the API shows and takes them; validation and shape only."""

from typing import Any

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.auth.models import Site
from igny8_core.modules.linker.constants import MAX_IDS, ArticleOutcome, LinkHealth
from igny8_core.modules.linker.models import LinkBatch, LinkEdge, LinkNode, LinkSuggestion

_STAMPS = ("version", "created_at", "updated_at")


class LinkNodeSerializer(RowSerializer[LinkNode]):
    """An article in the graph, as its links were last read."""

    class Meta(RowSerializer.Meta):
        model = LinkNode
        fields = read_only_fields = (
            "id",
            "site",
            "article",
            "article_version",
            "title",
            "inbound",
            "outbound",
            "external",
            "health",
            *_STAMPS,
        )


class LinkEdgeSerializer(RowSerializer[LinkEdge]):
    """A link in an article."""

    class Meta(RowSerializer.Meta):
        model = LinkEdge
        fields = read_only_fields = (
            "id",
            "site",
            "source",
            "target",
            "url",
            "anchor",
            "position",
            "kind",
            *_STAMPS,
        )


class LinkSuggestionSerializer(RowSerializer[LinkSuggestion]):
    """A link that an article should have."""

    class Meta(RowSerializer.Meta):
        model = LinkSuggestion
        fields = read_only_fields = (
            "id",
            "site",
            "source",
            "target",
            "batch",
            "url",
            "anchor",
            "sentence",
            "score",
            "score_parts",
            "state",
            "problem",
            *_STAMPS,
        )


class LinkBatchSerializer(RowSerializer[LinkBatch]):
    """Links that were put in together."""

    class Meta(RowSerializer.Meta):
        model = LinkBatch
        fields = read_only_fields = (
            "id",
            "site",
            "state",
            "wanted_count",
            "inserted_count",
            "refused_count",
            "reverted_count",
            "error_code",
            "error_message",
            "finished_at",
            *_STAMPS,
        )


class LinkSiteInput(InputSerializer):
    """The site to work on."""

    site = TenantRelatedField(Site)


class LinkGenerateInput(LinkSiteInput):
    """The site, and the one article to look at, or all of them."""

    article = serializers.UUIDField(required=False, allow_null=True)


class SuggestionIds(InputSerializer):
    """Suggestions to work on together: all of them, or none."""

    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_IDS)


class BulkChanged(serializers.Serializer[Any]):
    """How many rows changed."""

    changed = serializers.IntegerField()


class LinkJobStarted(serializers.Serializer[Any]):
    """The job to poll."""

    job_id = serializers.UUIDField()


class BatchStarted(serializers.Serializer[Any]):
    """The batch, and the job to poll."""

    batch_id = serializers.UUIDField()
    job_id = serializers.UUIDField()


class GraphNode(serializers.Serializer[Any]):
    """An article beside the totals."""

    article_id = serializers.UUIDField()
    title = serializers.CharField()
    inbound = serializers.IntegerField()
    outbound = serializers.IntegerField()
    external = serializers.IntegerField()
    health = serializers.ChoiceField(choices=LinkHealth.choices)
    url = serializers.CharField(help_text="Its public address; empty: not published.")
    is_stale = serializers.BooleanField(help_text="It was edited since its links were read.")
    is_published_older = serializers.BooleanField(help_text="An older version of it is public.")


class Graph(serializers.Serializer[Any]):
    """A site's links in numbers."""

    articles = serializers.IntegerField()
    internal_links = serializers.IntegerField()
    external_links = serializers.IntegerField()
    orphan = serializers.IntegerField()
    weak = serializers.IntegerField()
    healthy = serializers.IntegerField()
    average_inbound = serializers.FloatField()
    average_outbound = serializers.FloatField()
    stale = serializers.IntegerField(help_text="Articles whose links should be read again.")
    orphans = GraphNode(many=True)
    hubs = GraphNode(many=True)


class PreviewChange(serializers.Serializer[Any]):
    """A link as it would be put in."""

    suggestion_id = serializers.UUIDField()
    before = serializers.CharField()
    after = serializers.CharField()


class PreviewRefusal(serializers.Serializer[Any]):
    """A link that would not be put in."""

    suggestion_id = serializers.UUIDField()
    reason = serializers.CharField(help_text="linked, limit, gone, unsafe or address.")


class LinkPreview(serializers.Serializer[Any]):
    """What inserting would do to one article."""

    article_id = serializers.UUIDField()
    title = serializers.CharField()
    changes = PreviewChange(many=True)
    refused = PreviewRefusal(many=True)
    diff = serializers.CharField(help_text="A unified diff of the HTML.")


class LinkPreviews(serializers.Serializer[Any]):
    """What inserting would do."""

    articles = LinkPreview(many=True)


class LinkBatchArticle(serializers.Serializer[Any]):
    """What a batch did to one article."""

    article_id = serializers.UUIDField()
    title = serializers.CharField()
    outcome = serializers.ChoiceField(choices=ArticleOutcome.choices)
    inserted = serializers.IntegerField()
    before = serializers.IntegerField(allow_null=True, help_text="The revision before.")
    after = serializers.IntegerField(allow_null=True, help_text="The revision with the links.")
    undone = serializers.IntegerField(allow_null=True, help_text="The revision after undoing.")
    is_published_older = serializers.BooleanField(help_text="An older version of the article is public.")


class LinkBatchArticles(serializers.Serializer[Any]):
    """What a batch did to each article."""

    articles = LinkBatchArticle(many=True)
