"""The account's plan and what can be bought, prices and estimates; lets staff suspend and reactivate an account."""

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import ViewFrame
from igny8_core.modules.billing import selectors, services
from igny8_core.modules.billing.api.serializers import (
    EstimateInput,
    EstimateSerializer,
    OffersSerializer,
    PlanSerializer,
    PriceListSerializer,
    ReasonInput,
    SubscriptionSerializer,
)


class PlanView(ViewFrame):
    """The account's plan."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "plan"}

    @extend_schema(
        summary="Show the plan",
        description="The plan with its limits, and the state that counts now.",
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
        request=ReasonInput,
        responses={200: PlanSerializer},
    )
    def post(self, request: Request) -> Response:
        """Suspend."""
        fields = self.valid_data(ReasonInput(data=request.data))
        return Response(PlanSerializer(services.plan_suspend(**fields)).data)


class ReactivateView(ViewFrame):
    """The end of a suspension, for staff."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "reactivate"}

    @extend_schema(
        summary="Reactivate an account",
        description="Staff, with `X-Account-ID`: the plan is active again, and waiting jobs go on.",
        request=ReasonInput,
        responses={200: PlanSerializer},
    )
    def post(self, request: Request) -> Response:
        """Reactivate."""
        fields = self.valid_data(ReasonInput(data=request.data))
        return Response(PlanSerializer(services.plan_reactivate(**fields)).data)


class OffersView(ViewFrame):
    """The price list of plans and credit packages."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "offers"}

    @extend_schema(
        summary="List plans and credit packages",
        description="What can be bought, the cheapest first; the account's own plan is among them and marked.",
        responses={200: OffersSerializer},
    )
    def get(self, request: Request) -> Response:
        """Plans and packages."""
        offers = {"plans": selectors.plan_list(), "packages": selectors.package_list()}
        return Response(OffersSerializer(offers).data)


class SubscriptionView(ViewFrame):
    """Where the subscription stands."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "subscription"}

    @extend_schema(
        summary="Show the subscription",
        description="The plan, until when it is tried or paid, and when its next credits come. What is over is past "
        "due for seven days of grace, then suspended.",
        responses={200: SubscriptionSerializer},
    )
    def get(self, request: Request) -> Response:
        """The subscription now."""
        return Response(SubscriptionSerializer(selectors.subscription_get()).data)


class PricesView(ViewFrame):
    """What operations cost."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "prices"}

    @extend_schema(
        summary="List prices",
        description="Credits for every started measure of an operation's units.",
        responses={200: PriceListSerializer},
    )
    def get(self, request: Request) -> Response:
        """The price list."""
        return Response(PriceListSerializer({"prices": selectors.price_list()}).data)


class EstimateView(ViewFrame):
    """What work would cost."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "estimate"}

    @extend_schema(
        summary="Estimate work",
        description="What operations would cost, at the prices that they are charged at, and whether the credits are "
        "there; nothing is set aside.",
        request=EstimateInput,
        responses={200: EstimateSerializer},
    )
    def post(self, request: Request) -> Response:
        """The estimate."""
        work = self.valid_data(EstimateInput(data=request.data))["operations"]
        estimate = selectors.estimate_get((one["operation"], one["units"]) for one in work)
        return Response(EstimateSerializer(estimate).data)
