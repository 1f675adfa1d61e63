"""Payments by transfer: customers ask and take back, staff inside the account approve and reject."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import AccountModelViewSet, ViewFrame
from igny8_core.modules.billing import services
from igny8_core.modules.billing.api.filters import PaymentFilter
from igny8_core.modules.billing.api.serializers import PaymentInput, PaymentSerializer, ReasonInput
from igny8_core.modules.billing.models import Payment


@extend_schema_view(
    list=extend_schema(summary="List payments", description="Newest first, with what became of each."),
    retrieve=extend_schema(
        summary="Show a payment", description="What to transfer, to where, and what became of it."
    ),
)
class PaymentViewSet(AccountModelViewSet):
    """The account's payments."""

    room, throttle_scope = "billing", "billing"
    model, serializer_class, filterset_class = Payment, PaymentSerializer, PaymentFilter
    ordering_fields = ("created_at", "amount_cents")

    @extend_schema(
        summary="Buy a plan or credits",
        description="Says what to transfer, to where and under which reference. Staff approve the payment when it has "
        "come; then the credits are there, and a plan runs for one more interval. Asking again for what is not decided "
        "yet gives the same payment.",
        request=PaymentInput,
        responses={201: PaymentSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask to pay."""
        fields = self.valid_data(PaymentInput(data=request.data))
        row = services.payment_request(**fields)
        return Response(PaymentSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take a payment back",
        description="Before it is decided.",
        request=None,
        responses={200: PaymentSerializer},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel a payment."""
        return Response(PaymentSerializer(services.payment_cancel(self.get_object().pk)).data)


class ApproveView(ViewFrame):
    """The arrival of the money, for staff."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "payment_approve"}

    @extend_schema(
        summary="Approve a payment",
        description="Staff, with `X-Account-ID`: what it bought is given once, however often this is asked.",
        request=ReasonInput,
        responses={200: PaymentSerializer},
    )
    def post(self, request: Request, payment_id: UUID) -> Response:
        """Say that the money came."""
        fields = self.valid_data(ReasonInput(data=request.data))
        return Response(PaymentSerializer(services.payment_approve(payment_id, **fields)).data)


class RejectView(ViewFrame):
    """The refusal of a payment, for staff."""

    room, throttle_scope = "billing", "billing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "payment_reject"}

    @extend_schema(
        summary="Reject a payment",
        description="Staff, with `X-Account-ID`: no money came.",
        request=ReasonInput,
        responses={200: PaymentSerializer},
    )
    def post(self, request: Request, payment_id: UUID) -> Response:
        """Say that no money came."""
        fields = self.valid_data(ReasonInput(data=request.data))
        return Response(PaymentSerializer(services.payment_reject(payment_id, **fields)).data)
