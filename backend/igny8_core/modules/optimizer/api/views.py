"""Scores: listed, shown with their findings, made."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import SiteSectorModelViewSet
from igny8_core.modules.optimizer import services
from igny8_core.modules.optimizer.api.filters import ScoreFilter
from igny8_core.modules.optimizer.api.serializers import (
    ScoreDetailSerializer,
    ScoreInput,
    ScoreSerializer,
)
from igny8_core.modules.optimizer.models import ScoreSnapshot


@extend_schema_view(
    list=extend_schema(
        summary="List scores", description="Every kept score, newest first, without its findings."
    ),
    retrieve=extend_schema(
        summary="Show a score",
        description="One score with its findings.",
        responses={200: ScoreDetailSerializer},
    ),
)
class ScoreViewSet(SiteSectorModelViewSet):
    """The scores of the account's articles."""

    room, throttle_scope = "optimizer", "content_read"
    model, serializer_class, filterset_class = ScoreSnapshot, ScoreSerializer, ScoreFilter
    ordering_fields = ("total", "created_at")

    def get_serializer_class(self) -> type[ScoreSerializer]:
        """Findings are shown with the single score."""
        return ScoreSerializer if self.action == "list" else ScoreDetailSerializer

    @extend_schema(
        summary="Score an article",
        description="Scores the newest version; the same version under the same ruleset gives the same row. Free.",
        request=ScoreInput,
        responses={201: ScoreDetailSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Score an article now."""
        data = self.valid_data(ScoreInput(data=request.data))
        return self.answer(services.article_score(data["article_id"]), status.HTTP_201_CREATED)
