"""Publications; each view parses, calls one service and answers."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import SiteSectorModelViewSet
from igny8_core.modules.publisher import services
from igny8_core.modules.publisher.api.filters import PublicationFilter
from igny8_core.modules.publisher.api.serializers import (
    PublicationAccepted,
    PublicationInput,
    PublicationSerializer,
)
from igny8_core.modules.publisher.models import Publication
from igny8_core.tenancy.models import Job


class PublicationViewSet(SiteSectorModelViewSet):
    """Articles on their destinations."""

    room, throttle_scope = "publisher", "publisher"
    model, serializer_class, filterset_class = Publication, PublicationSerializer, PublicationFilter
    search_fields: ClassVar[tuple[str, ...]] = ("slug", "url")
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at", "confirmed_at")

    @extend_schema(
        summary="Publish an article",
        description="The same article on the same destination is one publication, however often it is asked for.",
        request=PublicationInput,
        responses={202: PublicationAccepted},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reserve the article's place on the destination and publish it in a job."""
        fields = self.valid_data(PublicationInput(data=request.data))
        row, job = services.publication_request(
            article_id=fields["article"], destination_id=fields["destination"]
        )
        return _accepted(row, job)

    @extend_schema(
        summary="Try a publication again",
        description="Goes on after a failure, or brings a published post up to the article's newest version.",
        request=None,
        responses={202: PublicationAccepted},
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start the job again; it looks at the destination before it sends anything."""
        row = self.get_object()
        return _accepted(row, services.publication_retry(row.pk))


def _accepted(row: Publication, job: Job) -> Response:
    return Response({"publication_id": row.pk, "job_id": job.pk}, status=status.HTTP_202_ACCEPTED)
