"""Jobs, prompts, request figures and the model in use; each view parses, calls one service and answers."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from igny8_core.api.base import AccountModelViewSet, ViewFrame
from igny8_core.common.errors import NotFound
from igny8_core.middleware.resource_tracker import request_metrics_get
from igny8_core.modules.system import selectors, services
from igny8_core.modules.system.api.filters import JobFilter
from igny8_core.modules.system.api.pagination import OnePage
from igny8_core.modules.system.api.serializers import (
    JobSerializer,
    ModelInfoSerializer,
    PromptInput,
    PromptPreviewInput,
    PromptPreviewSerializer,
    PromptQuery,
    PromptRestoreInput,
    PromptRevisionSerializer,
    PromptSerializer,
    RequestMetricsSerializer,
)
from igny8_core.modules.system.types import PromptView
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import job_cancel

NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH, description="The revision's number.")
KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The prompt's key.")


@extend_schema_view(
    list=extend_schema(
        summary="List jobs",
        description="The account's long work, newest first; who sees some sites only, sees their jobs alone.",
    ),
    retrieve=extend_schema(
        summary="Show a job", description="How far a job is; poll it until it is finished."
    ),
)
class JobViewSet(AccountModelViewSet):
    """The account's long work."""

    room, throttle_scope = "system", "system"
    model, serializer_class, filterset_class = Job, JobSerializer, JobFilter
    ordering_fields = ("created_at", "finished_at")

    def narrow_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """A person of some sites sees no job of another."""
        return selectors.jobs_visible(queryset)

    def answer(self, row: Any, status_code: int = status.HTTP_200_OK) -> Response:
        """A job without an ETag: progress moves without moving the row's version."""
        return Response(self.get_serializer(row).data, status=status_code)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One job as it is now."""
        return self.answer(self.get_object())

    @extend_schema(
        summary="Cancel a job",
        description="Ends a waiting job at once and asks a running one to stop; 409 when it is finished.",
        request=None,
        responses={200: JobSerializer},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel a job."""
        return self.answer(job_cancel(self.get_object().pk))


class PromptViewSet(ViewFrame, GenericViewSet[Any]):
    """The texts that ask the language model, and the account's own in place of them."""

    room, throttle_scope = "system", "system"
    serializer_class, pagination_class = PromptSerializer, OnePage
    lookup_field, lookup_value_regex = "key", "[a-z][a-z0-9_]*"
    parameters: ClassVar[Mapping[str, frozenset[str]]] = dict.fromkeys(
        ("list", "retrieve", "destroy", "revisions"), frozenset({"site"})
    )

    @extend_schema(
        summary="List prompts",
        description="Every prompt with the text that counts for the site, or for the account without one.",
        parameters=[PromptQuery],
        responses={200: PromptSerializer(many=True)},
    )
    def list(self, request: Request) -> Response:
        """Every prompt."""
        rows = self.paginate_queryset(selectors.prompt_list(site_id=_site_id(request)))
        return self.get_paginated_response(PromptSerializer(rows, many=True).data)

    @extend_schema(
        summary="Show a prompt",
        description="The text that counts beside the one that ships; its version is the ETag.",
        parameters=[KEY, PromptQuery],
        responses={200: PromptSerializer},
    )
    def retrieve(self, request: Request, key: str) -> Response:
        """One prompt, or 304 when the caller has this version."""
        prompt = selectors.prompt_view_get(key, site_id=_site_id(request))
        if request.headers.get("If-None-Match") == _etag(prompt):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": _etag(prompt)})
        return _answer(prompt)

    @extend_schema(
        summary="Override a prompt",
        description="Puts a text in place of the shipped one. It must keep the required placeholders and may use only "
        "known ones.",
        parameters=[KEY],
        request=PromptInput,
        responses={200: PromptSerializer},
    )
    def update(self, request: Request, key: str) -> Response:
        """Set the text of a site or of the account."""
        fields = self.valid_data(PromptInput(data=request.data))
        text, site_id = fields["text"], fields["site"]
        services.prompt_override_set(key, text=text, site_id=site_id, expected_version=_expected(request))
        return _answer(selectors.prompt_view_get(key, site_id=site_id))

    @extend_schema(
        summary="Reset a prompt",
        description="Removes the site's or the account's text; what stood behind it counts again.",
        parameters=[KEY, PromptQuery],
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:
        """Take an override back."""
        services.prompt_override_remove(key, site_id=_site_id(request), expected_version=_expected(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Preview a prompt",
        description="The given text, or the one that counts, filled with sample values; refused as saving it would be.",
        parameters=[KEY],
        request=PromptPreviewInput,
        responses={200: PromptPreviewSerializer},
    )
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, key: str) -> Response:
        """Show what a model would read."""
        fields = self.valid_data(PromptPreviewInput(data=request.data))
        text, site_id = fields["text"], fields["site"]
        return Response({"text": selectors.prompt_preview(key, text=text, site_id=site_id)})

    @extend_schema(
        summary="List a prompt's earlier texts",
        description="The last 50 texts that were set for the site, or for the account without one; newest first.",
        parameters=[KEY, PromptQuery],
        responses={200: PromptRevisionSerializer(many=True)},
    )
    @action(detail=True, methods=["get"])
    def revisions(self, request: Request, key: str) -> Response:
        """What counted before."""
        rows = selectors.prompt_revision_list(key, site_id=_site_id(request))
        return self.get_paginated_response(
            PromptRevisionSerializer(self.paginate_queryset(rows), many=True).data
        )

    @extend_schema(
        summary="Restore a prompt's earlier text",
        description="Sets it again, checked as a new text is; it becomes the newest revision.",
        parameters=[KEY, NUMBER],
        request=PromptRestoreInput,
        responses={200: PromptSerializer},
    )
    @action(detail=True, methods=["post"], url_path=r"revisions/(?P<number>[0-9]{1,9})/restore")
    def restore_revision(self, request: Request, key: str, number: str) -> Response:
        """Set an earlier text."""
        site_id = self.valid_data(PromptRestoreInput(data=request.data))["site"]
        services.prompt_revision_restore(
            key, number=int(number), site_id=site_id, expected_version=_expected(request)
        )
        return _answer(selectors.prompt_view_get(key, site_id=site_id))


class RequestMetricsView(ViewFrame):
    """What a request cost that staff asked to be measured."""

    room, throttle_scope = "system", "system"
    operations: ClassVar[Mapping[str, str]] = {"GET": "request_metrics"}

    @extend_schema(
        summary="Show a request's figures",
        description="For staff: the figures of a request sent with X-Debug-Resource-Tracking: true, for an hour.",
        responses={200: RequestMetricsSerializer},
    )
    def get(self, request: Request, request_id: UUID) -> Response:
        """The figures; 404 when there are none."""
        figures = request_metrics_get(str(request_id))
        if figures is None:
            raise NotFound
        return Response(RequestMetricsSerializer(figures).data)


class ModelInfoView(ViewFrame):
    """The language model in use."""

    room, throttle_scope = "system", "system"
    operations: ClassVar[Mapping[str, str]] = {"GET": "model"}

    @extend_schema(
        summary="Show the language model",
        description="Which model writes: the one that ships, another one, or none. Never a key.",
        responses={200: ModelInfoSerializer},
    )
    def get(self, request: Request) -> Response:
        """The model now."""
        return Response(ModelInfoSerializer(selectors.model_info()).data)


def _site_id(request: Request) -> UUID | None:
    query = PromptQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    site_id: UUID | None = query.validated_data.get("site")
    return site_id


def _etag(prompt: PromptView) -> str:
    return f'"{prompt.version}"'


def _answer(prompt: PromptView) -> Response:
    return Response(PromptSerializer(prompt).data, headers={"ETag": _etag(prompt)})


def _expected(request: Request) -> str | None:
    tag = request.headers.get("If-Match")
    return None if tag in (None, "*") else str(tag).strip('"')
