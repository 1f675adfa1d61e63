"""Shows an account its credits, and what they were spent on; nothing here moves a credit."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.authentication import principal_of
from igny8_core.api.base import AccountModelViewSet, ViewFrame
from igny8_core.api.filters import narrow
from igny8_core.common.request_id import current_request_id
from igny8_core.modules.billing import selectors
from igny8_core.modules.billing.api.filters import HoldFilter, LedgerFilter
from igny8_core.modules.billing.api.serializers import (
    BalanceSerializer,
    CreditHoldSerializer,
    LedgerEntrySerializer,
    StatementQuery,
    StatementSerializer,
)
from igny8_core.modules.billing.exports import ledger_csv, statement_csv
from igny8_core.modules.billing.models import CreditHold, LedgerEntry
from igny8_core.modules.billing.types import Statement

CSV = "text/csv; charset=utf-8"
STATEMENT_PARAMETERS = frozenset({"since", "until", "group_by"})


def attachment(filename: str) -> dict[str, str]:
    """The header that makes a browser save an answer under a name."""
    return {"Content-Disposition": f'attachment; filename="{filename}"'}


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
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {"export": frozenset(LedgerFilter.base_filters)}

    @extend_schema(
        summary="Export the ledger",
        description="The lines that the list's filters leave, oldest first, as CSV; cells that a spreadsheet would "
        "take for formulas begin with an apostrophe. A transfer that breaks off is incomplete: ask again.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        filters=True,
    )
    @action(detail=False, methods=["get"])
    def export(self, request: Request, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """Stream every line."""

        def rows() -> QuerySet[Any]:
            return narrow(self.get_queryset(), request, self)

        rows()  # a bad parameter is refused before the first byte
        context = principal_of(request).context(current_request_id.get())
        return StreamingHttpResponse(
            ledger_csv(context, rows), content_type=CSV, headers=attachment("ledger.csv")
        )


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


class _StatementFrame(ViewFrame):
    """What both forms of the statement have in common."""

    room, throttle_scope = "billing", "billing"
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {"get": STATEMENT_PARAMETERS}

    def _statement(self, request: Request) -> Statement:
        query = self.valid_data(StatementQuery(data=request.query_params.dict()))
        return selectors.statement_get(**query)


class StatementView(_StatementFrame):
    """What credits were spent on."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "statement"}

    @extend_schema(
        summary="Show the statement",
        description="The ledger's lines of a time, added up by site, person, operation or day (UTC): granted, "
        "adjusted, held, captured (spent) and released. The sums are those of the ledger's lines, without exception.",
        parameters=[StatementQuery],
        responses={200: StatementSerializer},
    )
    def get(self, request: Request) -> Response:
        """The sums."""
        return Response(StatementSerializer(self._statement(request)).data)


class StatementExportView(_StatementFrame):
    """The same for a spreadsheet."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "statement_export"}

    @extend_schema(
        summary="Export the statement",
        description="The statement as CSV, one line a group and a last one for the total; cells that a spreadsheet "
        "would take for formulas begin with an apostrophe.",
        parameters=[StatementQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """The sums as CSV."""
        text = statement_csv(self._statement(request))
        return HttpResponse(text, content_type=CSV, headers=attachment("statement.csv"))
