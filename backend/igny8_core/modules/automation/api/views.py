"""A site's settings, its runs from start to end, their items, and what a run would cost."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from igny8_core.api.base import SiteSectorModelViewSet, ViewFrame
from igny8_core.api.filters import PAGE_PARAMETERS
from igny8_core.modules.automation import selectors, services
from igny8_core.modules.automation.api.filters import RunFilter, RunItemFilter
from igny8_core.modules.automation.api.serializers import (
    EventSerializer,
    RunEstimateInput,
    RunEstimateSerializer,
    RunInput,
    RunItemSerializer,
    RunNowInput,
    RunSerializer,
    SettingsInput,
    SettingsSerializer,
)
from igny8_core.modules.automation.models import PipelineRun, RunEvent, RunItem
from igny8_core.modules.automation.types import SettingsView

SITE = OpenApiParameter("site_id", UUID, OpenApiParameter.PATH, description="The site.")


@extend_schema_view(
    list=extend_schema(summary="List runs", description="Every run of the account, newest first."),
    retrieve=extend_schema(
        summary="Show a run", description="Where a run stands, with the numbers of its stages."
    ),
)
class RunViewSet(SiteSectorModelViewSet):
    """The account's pipeline runs."""

    room, throttle_scope = "automation", "automation"
    model, serializer_class, filterset_class = PipelineRun, RunSerializer, RunFilter
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {"timeline": PAGE_PARAMETERS}
    ordering_fields = ("created_at", "state")

    @extend_schema(
        summary="Start a run",
        description="One run per site at a time (409 `run_active`). Follow it here; each step is a job, the first of "
        "which the timeline's `run.started` names.",
        request=RunInput,
        responses={201: RunSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start a run."""
        data = self.valid_data(RunInput(data=request.data))
        return self.answer(services.run_start(**data), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Run now",
        description="Starts what the site's settings describe, whatever its schedule says. Refused while a run is at "
        "work (`run_active`), ideas of a run wait for a decision (`ideas_waiting`), the month's budget is used up "
        "(`budget_reached`) or automation is switched off (`pipeline_disabled`).",
        request=RunNowInput,
        responses={201: RunSerializer},
    )
    @action(detail=False, methods=["post"], url_path="run-now")
    def run_now(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start a run from the settings."""
        data = self.valid_data(RunNowInput(data=request.data))
        return self.answer(services.run_now(data["site_id"]), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Pause a run",
        description="The step at work finishes; no other starts.",
        request=None,
        responses={200: RunSerializer},
    )
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Pause a run."""
        return self.answer(services.run_pause(self.get_object().pk))

    @extend_schema(
        summary="Resume a run",
        description="A paused, waiting or failed run goes on where it stands.",
        request=None,
        responses={200: RunSerializer},
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Resume a run."""
        return self.answer(services.run_resume(self.get_object().pk))

    @extend_schema(
        summary="Cancel a run",
        description="Stops at the next checkpoint; what is published stays, what was not kept is not charged.",
        request=None,
        responses={200: RunSerializer},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel a run."""
        return self.answer(services.run_cancel(self.get_object().pk))

    @extend_schema(
        summary="Retry a run's failed items",
        description="Each goes back to the step that failed, and the run goes on; what succeeded is neither done nor "
        "paid again. 409 `nothing_failed` when there is none.",
        request=None,
        responses={200: RunSerializer},
    )
    @action(detail=True, methods=["post"], url_path="retry-failed")
    def retry_failed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Retry what failed."""
        return self.answer(services.run_retry_failed(self.get_object().pk))

    @extend_schema(
        summary="Show a run's timeline",
        description="What happened to the run and its items, newest first.",
        responses=EventSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def timeline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What happened to a run."""
        return _timeline(self, RunEvent.objects.filter(run_id=self.get_object().pk))


@extend_schema_view(
    list=extend_schema(
        summary="List a run's items", description="What became of each idea; narrow by `run`."
    ),
    retrieve=extend_schema(summary="Show an item", description="One idea of a run and what became of it."),
)
class RunItemViewSet(SiteSectorModelViewSet):
    """The ideas that runs work on."""

    room, throttle_scope = "automation", "automation"
    model, serializer_class, filterset_class = RunItem, RunItemSerializer, RunItemFilter
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {"timeline": PAGE_PARAMETERS}
    ordering_fields = ("position", "created_at", "state")

    @extend_schema(
        summary="Retry an item",
        description="A failed item goes back to the step that failed, and its run goes on.",
        request=None,
        responses={200: RunItemSerializer},
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Retry an item."""
        return self.answer(services.item_retry(self.get_object().pk))

    @extend_schema(
        summary="Show an item's timeline",
        description="What happened to one idea of a run, newest first: taken, written and paid, scored, held, "
        "approved, published, failed.",
        responses=EventSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def timeline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What happened to an item."""
        return _timeline(self, RunEvent.objects.filter(item_id=self.get_object().pk))


class SettingsViewSet(ViewFrame, GenericViewSet[Any]):
    """How a site's pipeline runs; a site has its settings from the start."""

    room, throttle_scope = "automation", "automation"
    serializer_class = SettingsSerializer
    lookup_field, lookup_url_kwarg, lookup_value_converter = "site_id", "site_id", "uuid"

    @extend_schema(
        summary="Show a site's settings",
        description="The defaults until somebody changes them. The version is the ETag; `next_run_at` and what was "
        "skipped last move without it.",
        parameters=[SITE],
        responses={200: SettingsSerializer},
    )
    def retrieve(self, request: Request, site_id: UUID) -> Response:
        """A site's settings."""
        return _settings_answer(selectors.settings_get(site_id))

    @extend_schema(
        summary="Set a site's settings",
        description="Sets all of them. Runs that were started keep theirs; `is_enabled` false stops them before their "
        "next step.",
        parameters=[SITE],
        request=SettingsInput,
        responses={200: SettingsSerializer},
    )
    def update(self, request: Request, site_id: UUID) -> Response:
        """Set everything."""
        return self._change(request, site_id, SettingsInput(data=request.data))

    @extend_schema(
        summary="Change a site's settings",
        description="Changes what is sent and leaves the rest as it is.",
        parameters=[SITE],
        request=SettingsInput,
        responses={200: SettingsSerializer},
    )
    def partial_update(self, request: Request, site_id: UUID) -> Response:
        """Change some."""
        return self._change(request, site_id, SettingsInput(data=request.data, partial=True))

    def _change(self, request: Request, site_id: UUID, given: SettingsInput) -> Response:
        selectors.settings_get(site_id)  # a foreign site is not found, whatever the body holds
        changes = self.valid_data(given)
        return _settings_answer(
            services.settings_update(site_id, expected_version=_expected(request), **changes)
        )


class RunEstimateView(ViewFrame):
    """What a run would do and cost."""

    room, throttle_scope = "automation", "automation"
    operations: ClassVar[Mapping[str, str]] = {"POST": "estimate"}

    @extend_schema(
        summary="Estimate a run",
        description="A dry run by the site's settings: what each stage would do, the credits that would be held for "
        "each article, and what stands against it. Changes nothing.",
        request=RunEstimateInput,
        responses={200: RunEstimateSerializer},
    )
    def post(self, request: Request) -> Response:
        """Estimate."""
        data = self.valid_data(RunEstimateInput(data=request.data))
        return Response(RunEstimateSerializer(services.run_estimate(data.pop("site_id"), **data)).data)


def _timeline(view: Any, rows: Any) -> Response:
    found = view.paginate_queryset(rows.order_by("-id"))
    answer: Response = view.get_paginated_response(EventSerializer(found, many=True).data)
    return answer


def _settings_answer(settings: SettingsView) -> Response:
    return Response(SettingsSerializer(settings).data, headers={"ETag": f'"{settings.version}"'})


def _expected(request: Request) -> int | None:
    """The version that If-Match names; a tag that is none of ours matches nothing."""
    tag = request.headers.get("If-Match")
    if tag in (None, "*"):
        return None
    text = str(tag).strip('"')
    return int(text) if text.isascii() and text.isdigit() else -1
