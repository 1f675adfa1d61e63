"""Scores: listed, shown with their findings, compared, made, tried, and made for a whole site."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import SiteSectorModelViewSet, ViewFrame, job_accepted
from igny8_core.modules.optimizer import selectors, services
from igny8_core.modules.optimizer.api.filters import ScoreFilter
from igny8_core.modules.optimizer.api.serializers import (
    AnalysisInput,
    AnalysisSerializer,
    AuditInput,
    AuditStarted,
    ComparisonInput,
    ComparisonSerializer,
    ScoreDetailSerializer,
    ScoreInput,
    ScoreSerializer,
)
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.types import DraftText

BEFORE = OpenApiParameter(
    "before", OpenApiTypes.UUID, description="The earlier score; without it the one before."
)


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
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {"changes": frozenset({"before"})}
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

    @extend_schema(
        summary="Compare two scores",
        description="What changed in an article's score since an earlier one, check by check. 404 when there is none.",
        parameters=[BEFORE],
        responses=ComparisonSerializer,
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def changes(self, request: Request, pk: str) -> Response:
        """What became better and worse."""
        row = self.get_object()
        asked = self.valid_data(ComparisonInput(data=request.query_params.dict()))
        compared = selectors.score_compare(row.pk, before_id=asked.get("before"))
        return Response(ComparisonSerializer(compared).data)


class AnalysisView(ViewFrame):
    """Scores that are not kept."""

    room, throttle_scope = "optimizer", "content_read"
    operations: ClassVar[Mapping[str, str]] = {"POST": "analyze"}

    @extend_schema(
        summary="Score a text",
        description="Keeps nothing and is free: the live score while somebody writes. With `article` what is left out "
        "is the article's; with `site` alone its links and keywords count.",
        request=AnalysisInput,
        responses={200: AnalysisSerializer},
    )
    def post(self, request: Request) -> Response:
        """Score what was sent."""
        fields = self.valid_data(AnalysisInput(data=request.data))
        article_id, site_id = fields.pop("article", None), fields.pop("site", None)
        if "secondary_keywords" in fields:
            fields["secondary_keywords"] = tuple(fields["secondary_keywords"])
        if article_id is not None:
            score = services.article_analyze(article_id, **fields)
        else:
            score = services.text_analyze(DraftText(**fields), site_id=site_id)
        return Response(AnalysisSerializer(score).data)


class AuditView(ViewFrame):
    """Scores of a whole site."""

    room, throttle_scope = "optimizer", "content_write"
    operations: ClassVar[Mapping[str, str]] = {"POST": "audit"}

    @extend_schema(
        summary="Score a site",
        description="A worker scores every article whose newest version has no score. Poll or cancel the job; started "
        "again it goes on with the rest.",
        request=AuditInput,
        responses={202: AuditStarted},
    )
    def post(self, request: Request) -> Response:
        """Start the audit."""
        fields = self.valid_data(AuditInput(data=request.data))
        return job_accepted(services.site_score_start(fields["site"]))
