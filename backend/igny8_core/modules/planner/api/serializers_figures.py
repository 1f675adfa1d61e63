"""Rankings, figures over time and remembered columns as the API shows them; shape only."""

from typing import ClassVar

from igny8_core.api.serializers import RowSerializer
from igny8_core.modules.planner.models import ImportMapping, KeywordMetric, KeywordRanking


class KeywordRankingSerializer(RowSerializer[KeywordRanking]):
    """A URL that ranks for a keyword."""

    class Meta(RowSerializer.Meta):
        model = KeywordRanking
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "sector",
            "keyword",
            "url",
            "position",
            "previous_position",
            "clicks",
            "impressions",
            "traffic",
            "source_tool",
            "seen_on",
            "source_import",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class KeywordMetricSerializer(RowSerializer[KeywordMetric]):
    """A keyword's figures of one tool and day."""

    class Meta(RowSerializer.Meta):
        model = KeywordMetric
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "keyword",
            "source_tool",
            "seen_on",
            "volume",
            "volume_min",
            "volume_max",
            "difficulty",
            "cpc",
            "cpc_currency",
            "position",
            "clicks",
            "impressions",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class ImportMappingSerializer(RowSerializer[ImportMapping]):
    """What the columns of files with one header mean."""

    class Meta(RowSerializer.Meta):
        model = ImportMapping
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "header",
            "columns",
            "filename",
            "saved_by",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields
