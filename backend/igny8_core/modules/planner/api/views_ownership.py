"""Pages, owners and findings over HTTP: parse, call one service, answer."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.api.base import CreateRows, SiteSectorModelViewSet, UpdateRows, job_accepted
from igny8_core.modules.planner import selectors, services
from igny8_core.modules.planner.api import filters_ownership as filters
from igny8_core.modules.planner.api import serializers_ownership as serializers
from igny8_core.modules.planner.api.ids import id_of
from igny8_core.modules.planner.api.serializers import BulkIds, BulkResultSerializer, JobStarted, SiteInput
from igny8_core.modules.planner.models import PlanFinding, SitePage


@extend_schema_view(
    list=extend_schema(
        summary="List pages", description="Pages that the site has or had, and the query of each."
    ),
    retrieve=extend_schema(summary="Show a page", description="With its ETag."),
    create=extend_schema(
        summary="Add a page",
        description="By its address on the site's domain; without a query one is read from address and title.",
    ),
    update=extend_schema(summary="Change a page", description="Its query, its title, whether it is there."),
    partial_update=extend_schema(
        summary="Change parts of a page",
        description="A query that is set here, the empty one included, is never read from the address again.",
    ),
)
class SitePageViewSet(CreateRows, UpdateRows, SiteSectorModelViewSet):
    """Pages of a site."""

    room = "planner"
    throttle_scope = "planner"
    model = SitePage
    serializer_class = serializers.SitePageSerializer
    filterset_class = filters.SitePageFilter
    search_fields = ("url", "title", "head_query")
    ordering_fields = ("url", "created_at", "last_seen_at")
    create_service = staticmethod(services.page_create)
    update_service = staticmethod(services.page_update)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """An address never changes by hand: another address is another page."""
        if self.action in ("update", "partial_update"):
            return serializers.SitePageEditSerializer
        return serializers.SitePageSerializer

    @extend_schema(
        summary="Add many pages",
        description="From a sitemap, or from lines of an address and a title; at most 5,000. Known ones stay.",
        request=serializers.PagesImportInput,
        responses=serializers.PagesReportSerializer,
    )
    @action(detail=False, methods=["post"], url_path="import")
    def import_many(self, request: Request) -> Response:
        """Add the pages of a list."""
        data = self.valid_data(serializers.PagesImportInput(data=request.data))
        report = services.pages_import(site_id=data["site"].pk, text=data["text"])
        return Response(serializers.PagesReportSerializer(report).data)


@extend_schema_view(
    list=extend_schema(
        summary="List findings", description="Newest first; order by weight to see what costs most."
    ),
    retrieve=extend_schema(summary="Show a finding", description="With its evidence and its ETag."),
)
class FindingViewSet(SiteSectorModelViewSet):
    """Two things of a site that chase one query."""

    room = "planner"
    throttle_scope = "planner"
    model = PlanFinding
    serializer_class = serializers.PlanFindingSerializer
    filterset_class = filters.FindingFilter
    search_fields = ("query",)
    ordering_fields = ("weight", "found_at", "created_at")

    @extend_schema(
        summary="Look for conflicts",
        description="Compares ideas, pages and imported rankings. What was dismissed stays dismissed. Poll the job.",
        request=SiteInput,
        responses={202: JobStarted},
    )
    @action(detail=False, methods=["post"], throttle_scope="planner_ai")
    def look(self, request: Request) -> Response:
        """Start a look."""
        data = self.valid_data(SiteInput(data=request.data))
        return job_accepted(services.findings_start(site_id=data["site"].pk))

    @extend_schema(
        summary="Dismiss findings",
        description="Keeps both things of each; remembered for as long as it is about the same two. All or none.",
        request=BulkIds,
        responses=BulkResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-dismiss")
    def bulk_dismiss(self, request: Request) -> Response:
        """Dismiss many findings."""
        data = self.valid_data(BulkIds(data=request.data))
        return Response({"changed": services.findings_dismiss(data["ids"])})

    @extend_schema(
        summary="Reopen findings",
        description="Takes dismissals back. All or none.",
        request=BulkIds,
        responses=BulkResultSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-reopen")
    def bulk_reopen(self, request: Request) -> Response:
        """Reopen many findings."""
        data = self.valid_data(BulkIds(data=request.data))
        return Response({"changed": services.findings_reopen(data["ids"])})


class OwnerActions:
    """What a cluster's resource says about the page that owns its head query."""

    @extend_schema(
        summary="Show a cluster's owner",
        description="The page that owns its head query, by whose word, and at most five pages that could.",
        responses=serializers.ClusterOwnerSerializer,
    )
    @action(detail=True, methods=["get"])
    def owner(self, request: Request, pk: str) -> Response:
        """The owner and who could be."""
        return Response(serializers.ClusterOwnerSerializer(selectors.cluster_owner(id_of(pk))).data)

    @extend_schema(
        summary="Set a cluster's owner",
        description="A page of the same site, or null: no page owns it. No rule changes this afterwards.",
        request=serializers.OwnerInput,
        responses=serializers.ClusterOwnerSerializer,
    )
    @action(detail=True, methods=["post"], url_path="set-owner")
    def set_owner(self: Any, request: Request, pk: str) -> Response:
        """Say which page owns the query."""
        cluster = self.get_object()  # a foreign one is not found whatever the body says
        page = self.valid_data(serializers.OwnerInput(data=request.data))["page"]
        services.cluster_owner_set(cluster.pk, page_id=page.pk if page else None)
        return Response(serializers.ClusterOwnerSerializer(selectors.cluster_owner(id_of(pk))).data)
