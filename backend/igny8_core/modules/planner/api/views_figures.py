"""What imports told, over HTTP: ranking URLs, figures over time, and remembered columns; parse, call, answer."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import AccountModelViewSet, DeleteRows, SiteSectorModelViewSet
from igny8_core.modules.planner.api import filters_figures as filters
from igny8_core.modules.planner.api import serializers_figures as serializers
from igny8_core.modules.planner.models import ImportMapping, KeywordMetric, KeywordRanking


@extend_schema_view(
    list=extend_schema(
        summary="List ranking URLs",
        description="URLs that rank for the site's keywords, as imported exports said; newest first.",
    ),
    retrieve=extend_schema(summary="Show a ranking URL", description="With its ETag."),
)
class KeywordRankingViewSet(SiteSectorModelViewSet):
    """URLs that rank for keywords."""

    room = "planner"
    throttle_scope = "planner"
    model = KeywordRanking
    serializer_class = serializers.KeywordRankingSerializer
    filterset_class = filters.KeywordRankingFilter
    search_fields = ("url",)
    ordering_fields = ("position", "clicks", "impressions", "traffic", "seen_on", "created_at")


@extend_schema_view(
    list=extend_schema(
        summary="List figures over time",
        description="What each tool said of a keyword, one row a day on which it said something new.",
    ),
    retrieve=extend_schema(summary="Show figures of a day", description="With their ETag."),
)
class KeywordMetricViewSet(SiteSectorModelViewSet):
    """Keywords' figures over time."""

    room = "planner"
    throttle_scope = "planner"
    model = KeywordMetric
    serializer_class = serializers.KeywordMetricSerializer
    filterset_class = filters.KeywordMetricFilter
    ordering_fields = ("seen_on", "volume", "created_at")


@extend_schema_view(
    list=extend_schema(
        summary="List remembered columns",
        description="What the columns of earlier files meant; offered when a file with the same header comes.",
    ),
    retrieve=extend_schema(summary="Show remembered columns", description="With their ETag."),
    destroy=extend_schema(
        summary="Forget remembered columns",
        description="The next file with this header is read as found again. They can be restored for a while.",
    ),
)
class ImportMappingViewSet(DeleteRows, AccountModelViewSet):
    """Remembered columns of the account."""

    room = "planner"
    throttle_scope = "planner"
    model = ImportMapping
    serializer_class = serializers.ImportMappingSerializer
    search_fields = ("filename",)
    ordering_fields = ("filename", "created_at", "updated_at")

    @extend_schema(
        summary="Restore remembered columns",
        description="Unless other columns were remembered for this header meanwhile.",
        request=None,
    )
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring back what was forgotten."""
        return super().restore(request, *args, **kwargs)
