"""Publications; each view parses, calls one service and answers."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import SiteSectorModelViewSet
from igny8_core.api.errors import refusal
from igny8_core.modules.publisher import services
from igny8_core.modules.publisher.api.filters import PublicationFilter
from igny8_core.modules.publisher.api.serializers import (
    PublicationAccepted,
    PublicationInput,
    PublicationSerializer,
)
from igny8_core.modules.publisher.errors import ArticleHeld
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.types import PublicationAsked


@extend_schema_view(
    list=extend_schema(
        summary="List publications", description="Newest first, with the address of each that is public."
    ),
    retrieve=extend_schema(
        summary="Show a publication",
        description="Poll it until `state` is `published`, with `url`, or `failed`, with the reason.",
    ),
)
class PublicationViewSet(SiteSectorModelViewSet):
    """Articles on their destinations."""

    room, throttle_scope = "publisher", "publisher"
    model, serializer_class, filterset_class = Publication, PublicationSerializer, PublicationFilter
    search_fields: ClassVar[tuple[str, ...]] = ("slug", "url")
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at", "confirmed_at")

    @extend_schema(
        summary="Publish an article",
        description="The same article on the same destination is one publication, however often it is asked for. "
        "One that scores below the destination's minimum, or was rejected, is not published: the answer is a 409 "
        "`article_held`, and its review is asked for.",
        request=PublicationInput,
        responses={202: PublicationAccepted},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reserve the article's place on the destination and publish it in a job."""
        fields = self.valid_data(PublicationInput(data=request.data))
        return _answer(
            services.publication_request(article_id=fields["article"], destination_id=fields["destination"])
        )

    @extend_schema(
        summary="Try a publication again",
        description="Goes on after a failure, or brings a published post up to the article's newest version, which the "
        "destination's gate may hold (409 `article_held`).",
        request=None,
        responses={202: PublicationAccepted},
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start the job again; it looks at the destination before it sends anything."""
        return _answer(services.publication_retry(self.get_object().pk))


def _answer(asked: PublicationAsked) -> Response:
    if asked.held is not None:
        return refusal(ArticleHeld(asked.held))
    return Response(PublicationAccepted(asked).data, status=status.HTTP_202_ACCEPTED)
