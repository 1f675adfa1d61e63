"""The planner's rows and bodies as the API shows and takes them; validation and shape only."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.auth.models import Sector, Site
from igny8_core.modules.planner.constants import MAX_BULK_IDS, KeywordStatus, VectorSource
from igny8_core.modules.planner.exports import MAX_MAPPED_COLUMNS, MAX_MONEY
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, KeywordImport
from igny8_core.semantics.cluster import Granularity

_KEYWORD_FIELDS = (
    "id",
    "site",
    "sector",
    "text",
    "country",
    "language",
    "language_source",
    "volume",
    "volume_min",
    "volume_max",
    "difficulty",
    "cpc",
    "cpc_currency",
    "competition",
    "intents",
    "intent",
    "intent_source",
    "serp_features",
    "trend",
    "parent_topic",
    "traffic_potential",
    "global_volume",
    "source_tool",
    "seen_on",
    "source_import",
    "cluster",
    "cluster_source",
    "variant_of",
    "status",
    "version",
    "created_at",
    "updated_at",
)
_KEYWORD_EDITS = ("text", "country", "language", "intent", "cluster", "status")
_KEYWORD_INPUTS = ("site", "sector", "text", "country", "language", "volume", "difficulty", "cpc", "intent")


class KeywordSerializer(RowSerializer[Keyword]):
    """A keyword to be added by hand."""

    class Meta(RowSerializer.Meta):
        model = Keyword
        fields = _KEYWORD_FIELDS
        read_only_fields = tuple(name for name in _KEYWORD_FIELDS if name not in _KEYWORD_INPUTS)
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "difficulty": {"max_value": 100},
            "cpc": {"min_value": 0, "max_value": MAX_MONEY},
            "intent": {"required": False},
        }


class KeywordEditSerializer(RowSerializer[Keyword]):
    """A keyword to be changed: its metrics belong to the tools, its site and sector never change."""

    class Meta(RowSerializer.Meta):
        model = Keyword
        fields = _KEYWORD_FIELDS
        read_only_fields = tuple(name for name in _KEYWORD_FIELDS if name not in _KEYWORD_EDITS)


class KeywordImportSerializer(RowSerializer[KeywordImport]):
    """An import in a list: the rejects are counted, not shown."""

    class Meta(RowSerializer.Meta):
        model = KeywordImport
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "sector",
            "filename",
            "state",
            "source_tool",
            "row_count",
            "imported_count",
            "updated_count",
            "unchanged_count",
            "duplicate_count",
            "rejected_count",
            "error_code",
            "error_message",
            "finished_at",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class KeywordImportDetailSerializer(KeywordImportSerializer):
    """An import with its preview, its job, and its first 1,000 rejects: line_number, reason, message, raw."""

    class Meta(KeywordImportSerializer.Meta):
        fields = (*KeywordImportSerializer.Meta.fields, "job_id", "preview", "rejects")
        read_only_fields = fields


class KeywordImportInput(InputSerializer):
    """An upload."""

    file = serializers.FileField(
        help_text="A keyword export as CSV, TSV, XLSX, JSON or a ZIP of these, at most 200 MB."
    )
    site = TenantRelatedField(Site)
    sector = TenantRelatedField(Sector, required=False, allow_null=True)
    preview = serializers.BooleanField(
        required=False, help_text="Read the file's beginning and wait to be started, instead of importing it."
    )


def _field() -> serializers.CharField:
    return serializers.CharField(max_length=40, allow_null=True)


class ImportColumnsInput(InputSerializer):
    """What the columns of an upload mean; without either, what the file itself says."""

    columns = serializers.DictField(
        child=_field(),
        required=False,
        help_text="Field by column, as the preview names both; a column without a field, or left out, is ignored.",
    )
    positions = serializers.ListField(
        child=_field(),
        required=False,
        max_length=MAX_MAPPED_COLUMNS,
        help_text="Of a file without a header: the field of each column from the left, null for one to ignore.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A file has a header or has none."""
        if len(attrs) > 1:
            raise serializers.ValidationError("Give columns by name or by position, not both.")
        return attrs


class SeedInput(InputSerializer):
    """A sector of the catalogue, and the site (and sector of it) that gets its keywords."""

    site = TenantRelatedField(Site)
    sector = TenantRelatedField(Sector, required=False, allow_null=True)
    industry = serializers.CharField(max_length=80, help_text="The industry's slug in the catalogue.")
    sector_slug = serializers.CharField(max_length=80, help_text="The sector's slug in the catalogue.")


class SeedResultSerializer(serializers.Serializer[Any]):
    """How many keywords were added, and how many the site had already."""

    added = serializers.IntegerField()
    existing = serializers.IntegerField()


class ImportStarted(serializers.Serializer[Any]):
    """The import, and the job that runs it."""

    job_id = serializers.UUIDField()
    import_id = serializers.UUIDField()


class JobStarted(serializers.Serializer[Any]):
    """The job to poll."""

    job_id = serializers.UUIDField()


class ClusterSerializer(RowSerializer[Cluster]):
    """A cluster: name, status and lock may be changed."""

    class Meta(RowSerializer.Meta):
        model = Cluster
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "sector",
            "topic",
            "name",
            "head_keyword",
            "keywords_count",
            "volume",
            "avg_difficulty",
            "intent",
            "cohesion",
            "type",
            "status",
            "is_locked",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = tuple(name for name in fields if name not in ("name", "status", "is_locked"))


class ClusterRunInput(InputSerializer):
    """What to cluster, and how finely."""

    site = TenantRelatedField(Site)
    sector = TenantRelatedField(Sector, required=False, allow_null=True)
    granularity = serializers.ChoiceField(choices=[one.value for one in Granularity], default="normal")
    vectors = serializers.ChoiceField(
        choices=VectorSource.choices,
        default=VectorSource.SHIPPED,
        help_text="The provider's cost credits once for each text.",
    )


class IdeaSerializer(RowSerializer[ContentIdea]):
    """An idea in a list."""

    class Meta(RowSerializer.Meta):
        model = ContentIdea
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "sector",
            "cluster",
            "title",
            "head_keyword",
            "kind",
            "page",
            "score",
            "score_parts",
            "state",
            "failure_reason",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class IdeaDetailSerializer(IdeaSerializer):
    """An idea with its brief."""

    class Meta(IdeaSerializer.Meta):
        fields = (*IdeaSerializer.Meta.fields, "brief")
        read_only_fields = fields


class SiteInput(InputSerializer):
    """The site to work on."""

    site = TenantRelatedField(Site)


class BulkIds(InputSerializer):
    """Rows to change together: all of them, or none."""

    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_BULK_IDS)


class BulkAcceptInput(BulkIds):
    """Ideas to accept, and whether the caller has seen what answers their queries already."""

    is_confirmed = serializers.BooleanField(required=False, default=False)


class BulkStatusInput(BulkIds):
    """Keywords and the status that they all get."""

    status = serializers.ChoiceField(choices=KeywordStatus.choices)


class BulkResultSerializer(serializers.Serializer[Any]):
    """How many rows were changed."""

    changed = serializers.IntegerField()
