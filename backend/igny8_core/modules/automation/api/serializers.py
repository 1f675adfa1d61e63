"""Bodies of the automation room."""

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.modules.automation.constants import MAX_ARTICLES
from igny8_core.modules.automation.models import PipelineRun, RunItem


class RunSerializer(RowSerializer[PipelineRun]):
    """A run and where it stands."""

    class Meta(RowSerializer.Meta):
        model = PipelineRun
        fields = (
            "id",
            "site",
            "sector",
            "destination",
            "keyword_import",
            "state",
            "stage",
            "article_count",
            "counts",
            "error_code",
            "error_message",
            "version",
            "created_at",
            "updated_at",
            "finished_at",
        )
        read_only_fields = fields


class RunItemSerializer(RowSerializer[RunItem]):
    """One idea of a run and what became of it."""

    class Meta(RowSerializer.Meta):
        model = RunItem
        fields = (
            "id",
            "run",
            "position",
            "idea",
            "title",
            "state",
            "article",
            "score",
            "publication",
            "url",
            "error_code",
            "error_message",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class RunInput(InputSerializer):
    """What a run is to do; without an import it starts from the keywords that the site has."""

    site_id = serializers.UUIDField()
    destination_id = serializers.UUIDField()
    article_count = serializers.IntegerField(min_value=1, max_value=MAX_ARTICLES)
    sector_id = serializers.UUIDField(required=False, allow_null=True)
    import_id = serializers.UUIDField(required=False, allow_null=True)
