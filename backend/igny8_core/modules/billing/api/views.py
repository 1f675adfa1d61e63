"""Shows an account its credits and plan, and lets staff suspend it; nothing here moves a credit."""

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import AccountModelViewSet, ViewFrame
from igny8_core.modules.billing import selectors, services
from igny8_core.modules.billing.api.filters import HoldFilter, LedgerFilter
from igny8_core.modules.billing.api.serializers import (
    BalanceSerializer,
    CreditHoldSerializer,
    LedgerEntrySerializer,
    PlanSerializer,
    SuspensionInput,
)
from igny8_core.modules.billing.models import CreditHold, LedgerEntry


class BalanceView(ViewFrame):
    """The account's credits."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "balance"}

    @extend_schema(
        summary="Show the balance",
        description="All credits, what running work set aside of them, and what is free.",
        responses={200: BalanceSerializer},
    )
    def get(self, request: Request) -> Response:
        """The balance now."""
        return Response(BalanceSerializer(selectors.balance_get()).data)


class PlanView(ViewFrame):
    """The account's plan."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "plan"}

    @extend_schema(
        summary="Show the plan",
        description="The plan with its limits, and the state that counts now: a trial that is over is suspended.",
        responses={200: PlanSerializer},
    )
    def get(self, request: Request) -> Response:
        """The plan now."""
        return Response(PlanSerializer(selectors.plan_get()).data)


class SuspendView(ViewFrame):
    """The end of an account's use, for staff."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "suspend"}

    @extend_schema(
        summary="Suspend an account",
        description="Staff, with `X-Account-ID`: sessions, tokens, keys and jobs of the account stop at once; nothing "
        "is deleted.",
        request=SuspensionInput,
        responses={200: PlanSerializer},
    )
    def post(self, request: Request) -> Response:
        """Suspend."""
        fields = self.valid_data(SuspensionInput(data=request.data))
        return Response(PlanSerializer(services.plan_suspend(**fields)).data)


class ReactivateView(ViewFrame):
    """The end of a suspension, for staff."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "reactivate"}

    @extend_schema(
        summary="Reactivate an account",
        description="Staff, with `X-Account-ID`: the plan is active again, and waiting jobs go on.",
        request=SuspensionInput,
        responses={200: PlanSerializer},
    )
    def post(self, request: Request) -> Response:
        """Reactivate."""
        fields = self.valid_data(SuspensionInput(data=request.data))
        return Response(PlanSerializer(services.plan_reactivate(**fields)).data)


@extend_schema_view(
    list=extend_schema(
        summary="List the ledger",
        description="Every movement of credits, newest first. Lines are numbered without gaps and never change.",
    ),
    retrieve=extend_schema(summary="Show a ledger line", description="One movement of credits."),
)
class LedgerViewSet(AccountModelViewSet):
    """The account's ledger."""

    room, throttle_scope = "billing", "billing"
    model, serializer_class, filterset_class = LedgerEntry, LedgerEntrySerializer, LedgerFilter
    ordering_fields, default_ordering = ("sequence",), ("-sequence",)


@extend_schema_view(
    list=extend_schema(
        summary="List holds", description="Credits set aside for one purchase each, newest first."
    ),
    retrieve=extend_schema(summary="Show a hold", description="One hold and what became of it."),
)
class HoldViewSet(AccountModelViewSet):
    """The account's holds."""

    room, throttle_scope = "billing", "billing"
    model, serializer_class, filterset_class = CreditHold, CreditHoldSerializer, HoldFilter
    ordering_fields = ("created_at", "expires_at", "amount")
