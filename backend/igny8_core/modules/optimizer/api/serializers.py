"""Bodies of the optimizer room."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.modules.optimizer.constants import MAX_HTML
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.scoring import Part
from igny8_core.modules.optimizer.types import FindingChange, ScoreComparison, ScorePoint, ScoreView


class ScoreSerializer(RowSerializer[ScoreSnapshot]):
    """A score; its findings are shown with the single score."""

    class Meta(RowSerializer.Meta):
        model = ScoreSnapshot
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "article",
            "article_version",
            "ruleset_version",
            "total",
            "seo",
            "readability",
            "created_at",
        )


class PositionSerializer(serializers.Serializer[Any]):
    """Where to look: the index-th (from 0) of what `place` counts."""

    place = serializers.CharField()
    index = serializers.IntegerField()


class FindingSerializer(serializers.Serializer[Any]):
    """What one check saw and what to do about it."""

    check = serializers.CharField()
    dimension = serializers.ChoiceField(choices=["seo", "readability"])
    part = serializers.ChoiceField(choices=[part.value for part in Part], required=False)
    verdict = serializers.ChoiceField(choices=["good", "ok", "bad", "not_judged"])
    points = serializers.IntegerField()
    max_points = serializers.IntegerField()
    position = PositionSerializer(allow_null=True)
    excerpt = serializers.CharField(required=False, help_text="What stands there, as written.")
    value = serializers.FloatField(allow_null=True)
    threshold = serializers.CharField()
    reason = serializers.CharField()
    advice = serializers.CharField()


class ScoreDetailSerializer(ScoreSerializer):
    """A score with its findings."""

    findings = FindingSerializer(many=True, read_only=True)

    class Meta(ScoreSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*ScoreSerializer.Meta.fields, "findings")


class AnalysisInput(InputSerializer):
    """A text to try; what is left out of an article's is the article's own."""

    article = serializers.UUIDField(required=False)
    site = serializers.UUIDField(
        required=False, help_text="Its links are internal, its other keywords count."
    )
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    slug = serializers.CharField(max_length=100, required=False, allow_blank=True)
    html = serializers.CharField(max_length=MAX_HTML, required=False, allow_blank=True)
    meta_description = serializers.CharField(max_length=320, required=False, allow_blank=True)
    head_keyword = serializers.CharField(max_length=200, required=False, allow_blank=True)
    secondary_keywords = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=50, required=False
    )
    language = serializers.CharField(max_length=8, required=False)


class AnalysisSerializer(serializers.Serializer[ScoreView]):
    """A score that was not kept."""

    total = serializers.IntegerField()
    seo = serializers.IntegerField()
    readability = serializers.IntegerField(allow_null=True)
    ruleset_version = serializers.CharField()
    findings = FindingSerializer(many=True)


class AuditInput(InputSerializer):
    """The site to audit."""

    site = serializers.UUIDField()


class AuditStarted(serializers.Serializer[object]):
    """The job to poll."""

    job_id = serializers.UUIDField()


class ComparisonInput(InputSerializer):
    """The earlier score; without it the one before."""

    before = serializers.UUIDField(required=False)


class PointSerializer(serializers.Serializer[ScorePoint]):
    """A score in a comparison."""

    id = serializers.UUIDField()
    article_version = serializers.IntegerField()
    ruleset_version = serializers.CharField()
    total = serializers.IntegerField()
    seo = serializers.IntegerField()
    readability = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class ChangeSerializer(serializers.Serializer[FindingChange]):
    """A check that ended differently; null where a ruleset did not have it."""

    check = serializers.CharField()
    points_gained = serializers.IntegerField()
    before = FindingSerializer(allow_null=True)
    after = FindingSerializer(allow_null=True)


class ComparisonSerializer(serializers.Serializer[ScoreComparison]):
    """Two scores of one article, and what changed."""

    before = PointSerializer()
    after = PointSerializer()
    changes = ChangeSerializer(many=True)


class ScoreInput(InputSerializer):
    """The article to score."""

    article_id = serializers.UUIDField()
