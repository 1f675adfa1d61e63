"""Bodies of the optimizer room."""

from typing import ClassVar

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.modules.optimizer.models import ScoreSnapshot


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


class PositionSerializer(serializers.Serializer[dict[str, object]]):
    """Where to look: the index-th (from 0) of what `place` counts."""

    place = serializers.CharField()
    index = serializers.IntegerField()


class FindingSerializer(serializers.Serializer[dict[str, object]]):
    """What one check saw and what to do about it."""

    check = serializers.CharField()
    dimension = serializers.ChoiceField(choices=["seo", "readability"])
    verdict = serializers.ChoiceField(choices=["good", "ok", "bad", "not_judged"])
    points = serializers.IntegerField()
    max_points = serializers.IntegerField()
    position = PositionSerializer(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    threshold = serializers.CharField()
    reason = serializers.CharField()
    advice = serializers.CharField()


class ScoreDetailSerializer(ScoreSerializer):
    """A score with its findings."""

    findings = FindingSerializer(many=True, read_only=True)

    class Meta(ScoreSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*ScoreSerializer.Meta.fields, "findings")


class ScoreInput(InputSerializer):
    """The article to score."""

    article_id = serializers.UUIDField()
