"""Destinations and the check of their connection; each view parses, calls one service and answers."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import (
    DeleteRows,
    SiteSectorModelViewSet,
    ViewFrame,
    job_accepted,
    require_version,
)
from igny8_core.modules.integration import selectors, services
from igny8_core.modules.integration.api.filters import DestinationFilter, TermFilter
from igny8_core.modules.integration.api.serializers import (
    ConnectionDoctorSerializer,
    ConnectionReportSerializer,
    DestinationChange,
    DestinationSerializer,
    SyncStartedSerializer,
    TermSerializer,
    WordPressInput,
)
from igny8_core.modules.integration.models import Destination, DestinationTerm


@extend_schema_view(
    list=extend_schema(
        summary="List destinations",
        description="Preview sites and WordPress sites; no credential is in any answer.",
    ),
    retrieve=extend_schema(
        summary="Show a destination", description="With its gate, the state of its connection and its ETag."
    ),
    destroy=extend_schema(
        summary="Delete a destination",
        description="Softly, with its publications; what stands at the other end stays there.",
    ),
)
class DestinationViewSet(DeleteRows, SiteSectorModelViewSet):
    """Where the account's articles are published."""

    room, throttle_scope = "integration", "integration"
    model, serializer_class, filterset_class = Destination, DestinationSerializer, DestinationFilter
    search_fields: ClassVar[tuple[str, ...]] = ("name", "base_url")
    ordering_fields: ClassVar[tuple[str, ...]] = ("name", "created_at")
    delete_service = staticmethod(services.destination_delete)

    @extend_schema(
        summary="Restore a destination",
        description="With its publications, inside the account's retention window.",
        responses=DestinationSerializer,
    )
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring a deleted destination back."""
        return super().restore(request, *args, **kwargs)

    @extend_schema(
        summary="Connect a WordPress site",
        description="The application password is stored encrypted and is in no answer. Check the connection next. "
        "Articles below `minimum_score` wait for a review; without one given it is 70.",
        request=WordPressInput,
        responses={201: DestinationSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Connect a WordPress site; nothing is sent to it yet."""
        fields = self.valid_data(WordPressInput(data=request.data))
        site_id = fields.pop("site")
        row = services.destination_wordpress_create(site_id=site_id, **fields)
        return self.answer(row, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a destination",
        request=DestinationChange,
        responses={200: DestinationSerializer},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change name, address, login or gate, or pause it."""
        row = self.get_object()
        require_version(request, row)
        fields = self.valid_data(DestinationChange(data=request.data))
        return self.answer(services.destination_update(row, **fields))

    @extend_schema(
        summary="Show a connection's last check",
        description="Step by step: address, REST interface, credentials, rights, SEO fields, each with what to do.",
        responses={200: ConnectionDoctorSerializer},
    )
    @action(detail=True, methods=["get"])
    def doctor(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The last check as steps; asks nobody."""
        return Response(
            ConnectionDoctorSerializer(selectors.connection_doctor_get(self.get_object().pk)).data
        )

    @extend_schema(
        summary="Read a site's posts and pages",
        description="Starts a job that makes them pages of the plan, at most 10,000 of each; what is public no more is "
        "marked as removed, and overlaps are looked for. 409 for what is no WordPress site.",
        request=None,
        responses={202: SyncStartedSerializer},
    )
    @action(detail=True, methods=["post"], url_path="sync-posts")
    def sync_posts(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start the job."""
        return job_accepted(services.posts_sync_start(self.get_object().pk))

    @extend_schema(
        summary="Read a site's categories and tags",
        description="Starts a job that reads them page by page; 409 for what is no WordPress site.",
        request=None,
        responses={202: SyncStartedSerializer},
    )
    @action(detail=True, methods=["post"], url_path="sync-taxonomies")
    def sync_taxonomies(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start the job."""
        return job_accepted(services.taxonomies_sync_start(self.get_object().pk))


@extend_schema_view(
    list=extend_schema(
        summary="List categories and tags", description="Of the account's WordPress sites, as last read."
    ),
    retrieve=extend_schema(summary="Show a category or tag", description="As it was when last read."),
)
class TermViewSet(SiteSectorModelViewSet):
    """The terms of the account's destinations."""

    room, throttle_scope = "integration", "integration"
    model, serializer_class, filterset_class = DestinationTerm, TermSerializer, TermFilter
    search_fields: ClassVar[tuple[str, ...]] = ("name",)
    ordering_fields: ClassVar[tuple[str, ...]] = ("name", "count", "synced_at")


class DestinationCheckView(ViewFrame):
    """The check of one connection."""

    room, throttle_scope = "integration", "integration"
    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_check"}
    network = True

    @extend_schema(
        summary="Check a connection",
        description="Calls the other server. A connection that does not work is a report, not an error.",
        request=None,
        responses={200: ConnectionReportSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Try address, REST interface and login in turn and say what works."""
        report = services.destination_check(pk)
        return Response(ConnectionReportSerializer(services.report_json(report)).data)
