"""Pages, owners and findings as the API shows and takes them; validation and shape only."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.auth.models import Site
from igny8_core.modules.planner.constants import MAX_PAGES_TEXT
from igny8_core.modules.planner.models import PlanFinding, SitePage

_PAGE_FIELDS = (
    "id",
    "site",
    "sector",
    "url",
    "title",
    "head_query",
    "query_source",
    "source",
    "content_id",
    "changed_at",
    "last_seen_at",
    "removed_at",
    "version",
    "created_at",
    "updated_at",
)


class SitePageSerializer(RowSerializer[SitePage]):
    """A page that the site has or had; one is added by its address, with a query or without."""

    class Meta(RowSerializer.Meta):
        model = SitePage
        fields = _PAGE_FIELDS
        read_only_fields = tuple(
            name for name in _PAGE_FIELDS if name not in ("site", "sector", "url", "title", "head_query")
        )
        # The service says which addresses it takes, and that one is known already.
        validators: ClassVar[list[Any]] = []


class SitePageEditSerializer(RowSerializer[SitePage]):
    """What a person may change of a page: its query ("" for none), its title, and whether it is still there."""

    is_removed = serializers.BooleanField(required=False, write_only=True)

    class Meta(RowSerializer.Meta):
        model = SitePage
        fields = (*_PAGE_FIELDS, "is_removed")
        read_only_fields = tuple(name for name in _PAGE_FIELDS if name not in ("title", "head_query"))


class PagesImportInput(InputSerializer):
    """A sitemap, or lines of "address, title"."""

    site = TenantRelatedField(Site)
    text = serializers.CharField(max_length=MAX_PAGES_TEXT, trim_whitespace=False)


class PagesReportSerializer(serializers.Serializer[Any]):
    """What noting pages did; refused are addresses that are none, too long or of another site."""

    added = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()


class PlanFindingSerializer(RowSerializer[PlanFinding]):
    """Two things that chase one query: `idea` or `page` is to be acted on, the other one is in its way.

    `evidence` has reason, similarity (a cosine), is_guess (a query was only read from an address), and shares: what
    each page has of the query's impressions, clicks and position, and its position before.
    """

    class Meta(RowSerializer.Meta):
        model = PlanFinding
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "site",
            "kind",
            "state",
            "action",
            "query",
            "weight",
            "idea",
            "other_idea",
            "page",
            "other_page",
            "evidence",
            "found_at",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class OwnerInput(InputSerializer):
    """The page that owns the cluster's head query; null says that no page does."""

    page = TenantRelatedField(SitePage, allow_null=True)


class OwnerPageSerializer(serializers.Serializer[Any]):
    """The page that owns a query."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    title = serializers.CharField()
    head_query = serializers.CharField()


class OwnerProposalSerializer(serializers.Serializer[Any]):
    """A page that could own it: same_query, search, title or address is the reason."""

    page_id = serializers.UUIDField()
    url = serializers.CharField()
    title = serializers.CharField()
    reason = serializers.CharField()
    detail = serializers.CharField()


class ClusterOwnerSerializer(serializers.Serializer[Any]):
    """Who owns a cluster's head query, by whose word (rules or person), and who could."""

    cluster_id = serializers.UUIDField()
    head_query = serializers.CharField()
    page = OwnerPageSerializer(allow_null=True)
    owner_source = serializers.CharField(source="source")
    proposals = OwnerProposalSerializer(many=True)


class ConfirmInput(InputSerializer):
    """Whether the caller has seen what answers the idea's query already."""

    is_confirmed = serializers.BooleanField(required=False, default=False)


class IdeaConflictSerializer(serializers.Serializer[Any]):
    """What answers an idea's query already, as a sentence and by id."""

    kind = serializers.CharField()
    query = serializers.CharField()
    sentence = serializers.CharField()
    page_id = serializers.UUIDField(allow_null=True)
    other_idea_id = serializers.UUIDField(allow_null=True)


class IdeaConflictsSerializer(serializers.Serializer[Any]):
    """Everything that accepting an idea would ask about."""

    conflicts = IdeaConflictSerializer(many=True)
