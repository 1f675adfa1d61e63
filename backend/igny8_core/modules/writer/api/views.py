"""The writer's resources over HTTP: parse, call one service, answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.api.base import (
    DeleteRows,
    SiteSectorModelViewSet,
    UpdateRows,
    job_accepted,
)
from igny8_core.api.filters import PAGE_PARAMETERS
from igny8_core.modules.writer import selectors, services
from igny8_core.modules.writer.api import filters, serializers
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask

NUMBER = OpenApiParameter(
    "number", OpenApiTypes.INT, OpenApiParameter.PATH, description="The revision's number."
)


@extend_schema_view(
    list=extend_schema(summary="List writing tasks", description="Newest first, with what became of each."),
    retrieve=extend_schema(
        summary="Show a writing task", description="Its state and, when it failed, the reason."
    ),
)
class WritingTaskViewSet(SiteSectorModelViewSet):
    """Ideas that are to become articles."""

    room, throttle_scope = "writer", "writer"
    model, serializer_class = WritingTask, serializers.WritingTaskSerializer
    filterset_class = filters.TaskFilter
    search_fields = ("title", "head_keyword")
    ordering_fields = ("title", "head_keyword", "created_at", "updated_at")
    refusals: ClassVar[Mapping[str, tuple[int, ...]]] = {"write": (402,)}

    @extend_schema(
        summary="Make a writing task",
        description="An idea has one task, which is given again; a site writes once for a head keyword.",
        request=serializers.WritingTaskInput,
        responses={201: serializers.WritingTaskSerializer},
    )
    def create(self, request: Request) -> Response:
        """Decide to have an idea written."""
        data = self.valid_data(serializers.WritingTaskInput(data=request.data))
        return self.answer(services.task_create(data["idea"]), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Estimate the article",
        description="What writing it costs by its outline, and whether the credits are there; nothing is set aside.",
        responses={200: serializers.TaskEstimateSerializer},
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def estimate(self, request: Request, pk: str) -> Response:
        """The price before the work."""
        estimate = selectors.article_estimate(self.get_object().idea_id)
        return Response(serializers.TaskEstimateSerializer(estimate).data)

    @extend_schema(
        summary="Write the article",
        description="A worker writes the task's article, or goes on where an earlier attempt stopped. Credits are "
        "charged when the article is stored. Poll the job. 402 `insufficient_credits` when less is available than the "
        "whole article costs; nothing is started then.",
        request=None,
        responses={202: serializers.WritingStarted},
    )
    @action(detail=True, methods=["post"], throttle_scope="writer_ai")
    def write(self, request: Request, pk: str) -> Response:
        """Start writing."""
        return job_accepted(services.task_write_start(self.get_object()))


@extend_schema_view(
    list=extend_schema(summary="List articles", description="Newest first, without their text."),
    retrieve=extend_schema(summary="Show an article", description="With its text and its ETag."),
    update=extend_schema(summary="Edit an article", description="All that a person may change."),
    partial_update=extend_schema(
        summary="Edit parts of an article",
        description="Send If-Match, so that nobody's work is lost. The HTML is sanitised; every edit is a revision.",
    ),
    destroy=extend_schema(
        summary="Delete an article",
        description="Softly and with its task, so that its head keyword may be written for again.",
    ),
)
class ArticleViewSet(UpdateRows, DeleteRows, SiteSectorModelViewSet):
    """What was written."""

    room, throttle_scope = "writer", "writer"
    model, serializer_class = Article, serializers.ArticleSerializer
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {"revisions": PAGE_PARAMETERS}
    refusals: ClassVar[Mapping[str, tuple[int, ...]]] = {"approve": (412,)}
    filterset_class = filters.ArticleFilter
    search_fields = ("title", "head_keyword")
    ordering_fields = ("title", "head_keyword", "word_count", "created_at", "updated_at")
    delete_service = staticmethod(services.article_delete)
    restore_service = staticmethod(services.article_restore)

    @staticmethod
    def update_service(row: Article, **fields: Any) -> Article:
        """Edit the article, whose row is locked by now."""
        return services.article_edit(row.pk, **fields)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """A list is read without the texts."""
        if self.action == "list":
            return serializers.ArticleSummarySerializer
        return serializers.ArticleSerializer

    @extend_schema(
        summary="Restore an article",
        description="With its task, inside the account's retention window.",
        request=None,
        responses=serializers.ArticleSerializer,
    )
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring back a deleted article."""
        return super().restore(request, *args, **kwargs)

    @extend_schema(
        summary="List an article's revisions",
        description="Every version as a person or the model left it, newest first.",
        responses=serializers.ArticleRevisionSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def revisions(self, request: Request, pk: str) -> Response:
        """The article's history."""
        rows = self.paginate_queryset(self._history())
        return self.get_paginated_response(serializers.ArticleRevisionSerializer(rows, many=True).data)

    @extend_schema(
        summary="Ask for a review",
        description="A text that is approved or rejected as it is now stays so; asking again changes nothing.",
        request=serializers.ReviewRequestInput,
        responses=serializers.ArticleSerializer,
    )
    @action(detail=True, methods=["post"], url_path="request-review")
    def request_review(self, request: Request, pk: str) -> Response:
        """Put the article before a person."""
        row = self.get_object()
        data = self.valid_data(serializers.ReviewRequestInput(data=request.data))
        return self.answer(services.article_review_request(row.pk, **data))

    @extend_schema(
        summary="Approve an article",
        description="Approves the `version` that was read and opens every destination's gate to it. An edit makes a "
        "new version, of which this approval says nothing; 412 `article_version_stale` when there was one meanwhile.",
        request=serializers.ApprovalInput,
        responses=serializers.ArticleSerializer,
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Say that this version may be published."""
        row = self.get_object()
        data = self.valid_data(serializers.ApprovalInput(data=request.data))
        return self.answer(services.article_approve(row.pk, **data))

    @extend_schema(
        summary="Reject an article",
        description="Closes every destination to the text as it is now, until it is edited or approved.",
        request=serializers.RejectionInput,
        responses=serializers.ArticleSerializer,
    )
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Say what has to change before it may be published."""
        row = self.get_object()
        data = self.valid_data(serializers.RejectionInput(data=request.data))
        return self.answer(services.article_reject(row.pk, **data))

    def _history(self) -> QuerySet[ArticleRevision]:
        return ArticleRevision.objects.filter(article=self.get_object()).order_by("-number")

    @extend_schema(
        summary="Restore a revision",
        description="Makes an earlier text the article's text again, as a new revision.",
        parameters=[NUMBER],
        request=None,
        responses=serializers.ArticleSerializer,
    )
    @action(detail=True, methods=["post"], url_path=r"revisions/(?P<number>[0-9]{1,9})/restore")
    def restore_revision(self, request: Request, pk: str, number: str) -> Response:
        """Go back to an earlier version."""
        article = self.get_object()
        return self.answer(services.article_revision_restore(article.pk, number=int(number)))
