"""Runs: started, followed, paused, resumed, cancelled; and their items."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import SiteSectorModelViewSet
from igny8_core.modules.automation import services
from igny8_core.modules.automation.api.filters import RunFilter, RunItemFilter
from igny8_core.modules.automation.api.serializers import RunInput, RunItemSerializer, RunSerializer
from igny8_core.modules.automation.models import PipelineRun, RunItem


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
    ordering_fields = ("created_at", "state")

    @extend_schema(
        summary="Start a run",
        description="One run per site at a time (409 `run_active`). Follow it here; each step is a job.",
        request=RunInput,
        responses={201: RunSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start a run."""
        data = self.valid_data(RunInput(data=request.data))
        return self.answer(services.run_start(**data), status.HTTP_201_CREATED)

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
        description="A paused or failed run goes on where it stands.",
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
    ordering_fields = ("position", "created_at", "state")
