"""Topics, edits of the plan and the bodies of edits as the API shows and takes them; validation and shape only."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.auth.models import Sector, Site
from igny8_core.modules.planner.api.serializers import BulkIds
from igny8_core.modules.planner.constants import MAX_BULK_IDS, ClusterStatus, Intent, LabelSource, Placement
from igny8_core.modules.planner.models import PlanEdit, Topic


class TopicSerializer(RowSerializer[Topic]):
    """A topic: name and lock may be changed."""

    class Meta(RowSerializer.Meta):
        model = Topic
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "sector",
            "name",
            "head_keyword",
            "clusters_count",
            "keywords_count",
            "volume",
            "avg_difficulty",
            "is_locked",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = tuple(name for name in fields if name not in ("name", "is_locked"))


class PlanEditSerializer(RowSerializer[PlanEdit]):
    """An edit in a list; the audit trail's event with its id says who made it."""

    class Meta(RowSerializer.Meta):
        model = PlanEdit
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "sector",
            "kind",
            "subject",
            "rows_count",
            "undone_at",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class PlanEditDetailSerializer(PlanEditSerializer):
    """An edit with its changes: table, ids, before and after; null stands for a row that is not there."""

    class Meta(PlanEditSerializer.Meta):
        fields = (*PlanEditSerializer.Meta.fields, "changes")
        read_only_fields = fields


class Versioned(InputSerializer):
    """An edit that is refused when a cluster has another version than its caller read."""

    versions = serializers.DictField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        help_text="Clusters' ids with the versions that you read; 412 when one has another.",
    )

    def validate_versions(self, value: dict[str, int]) -> dict[Any, int]:
        """Keys are ids."""
        field = serializers.UUIDField()
        return {field.run_validation(key): version for key, version in value.items()}


class KeywordsMoveInput(BulkIds, Versioned):
    """Keywords, and the cluster that they go to."""

    cluster = serializers.UUIDField(allow_null=True, help_text="Null takes them out of any cluster.")


class ClusterInput(InputSerializer):
    """A cluster to be made by hand."""

    site = TenantRelatedField(Site)
    sector = TenantRelatedField(Sector, required=False, allow_null=True)
    topic = TenantRelatedField(Topic, required=False, allow_null=True)
    name = serializers.CharField(max_length=200)
    keyword_ids = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MAX_BULK_IDS,
        help_text="Keywords that leave where they are for it.",
    )


class ClustersMergeInput(BulkIds, Versioned):
    """Clusters to be merged, and the one that stays."""

    into = serializers.UUIDField(help_text="The cluster that stays; it may be among the ids.")


class ClusterSplitInput(Versioned):
    """A cluster, and the keywords that leave it together."""

    cluster = serializers.UUIDField()
    keyword_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_BULK_IDS)
    name = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="By default its most searched keyword."
    )


class ClustersDeleteInput(BulkIds, Versioned):
    """Clusters to be deleted."""


class ClustersChangeInput(BulkIds, Versioned):
    """Clusters, and what they all become."""

    status = serializers.ChoiceField(choices=ClusterStatus.choices, required=False)
    is_locked = serializers.BooleanField(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Something must be changed."""
        if not {"status", "is_locked"} & set(data):
            raise serializers.ValidationError("Give a status, or is_locked, or both.")
        return data


class ClustersTopicInput(BulkIds, Versioned):
    """Clusters, and the topic that they go to: one that is there, or a new one by its name."""

    topic = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.CharField(max_length=200, required=False, help_text="The name of a new topic.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if bool(data.get("topic")) == bool(data.get("name")):
            raise serializers.ValidationError("Give either a topic or the name of a new one.")
        return data


class ClusterPlaceInput(InputSerializer):
    """What to look at."""

    site = TenantRelatedField(Site)
    sector = TenantRelatedField(Sector, required=False, allow_null=True)


class VectorEstimateSerializer(serializers.Serializer[Any]):
    """What a provider's vectors would cost."""

    texts = serializers.IntegerField(help_text="Different texts among the keywords that a run looks at.")
    missing = serializers.IntegerField(help_text="Those that the account has no vector of yet.")
    credits = serializers.IntegerField()


class EditResultSerializer(serializers.Serializer[Any]):
    """What an edit did; its id is null when there was nothing to do."""

    edit_id = serializers.UUIDField(allow_null=True)
    changed = serializers.IntegerField(help_text="How many keywords, or clusters, were changed.")
    cluster_id = serializers.UUIDField(allow_null=True, help_text="The cluster that was made or added to.")
    topic_id = serializers.UUIDField(allow_null=True, help_text="The topic that was made or added to.")


class SplitPartSerializer(serializers.Serializer[Any]):
    """One of two clusters; the most central keywords come first."""

    head = serializers.CharField()
    keyword_ids = serializers.ListField(child=serializers.UUIDField())
    texts = serializers.ListField(child=serializers.CharField())
    volume = serializers.IntegerField()
    cohesion = serializers.FloatField()


class SplitProposalSerializer(serializers.Serializer[Any]):
    """How a cluster could be split; no parts when it has too few keywords, or they are all alike."""

    cluster_id = serializers.UUIDField()
    version = serializers.IntegerField()
    cohesion = serializers.FloatField()
    parts = SplitPartSerializer(many=True)


class NearKeywordSerializer(serializers.Serializer[Any]):
    """A keyword beside another one."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    similarity = serializers.FloatField(help_text="The cosine between the two.")


class NearClusterSerializer(serializers.Serializer[Any]):
    """A cluster beside a keyword."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    similarity = serializers.FloatField(help_text="The cosine to its head keyword.")


class KeywordReasonsSerializer(serializers.Serializer[Any]):
    """Why a keyword is where it is."""

    keyword_id = serializers.UUIDField()
    text = serializers.CharField()
    cluster_id = serializers.UUIDField(allow_null=True)
    cluster_name = serializers.CharField(allow_blank=True)
    cluster_source = serializers.ChoiceField(
        choices=Placement.choices, help_text="Who placed it, or set it aside when it has no cluster."
    )
    similarity = serializers.FloatField(
        allow_null=True, help_text="Its cosine to the sum of the cluster's other keywords."
    )
    cohesion = serializers.FloatField(
        allow_null=True, help_text="The mean cosine over all pairs of the cluster's keywords."
    )
    intents = serializers.ListField(child=serializers.ChoiceField(choices=Intent.choices))
    intent_source = serializers.ChoiceField(
        choices=LabelSource.choices, help_text="Whose word the intents are."
    )
    intent_confidence = serializers.FloatField(
        allow_null=True, help_text="0 to 1, a judgement of the rules; null for a tool's or a person's word."
    )
    intent_evidence = serializers.ListField(
        child=serializers.CharField(), help_text='The words that spoke to the rules, as "intent: word".'
    )
    is_branded = serializers.BooleanField(help_text="Whether it has one of the site's brand names.")
    nearest = NearKeywordSerializer(many=True, help_text="In its own cluster, nearest first.")
    elsewhere = NearClusterSerializer(many=True, help_text="Other clusters, nearest first.")
    variants = NearKeywordSerializer(many=True, help_text="The same words, spelled or inflected otherwise.")
