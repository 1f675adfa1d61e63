"""Pages with a count that never costs more than 10,000 rows, and cursors that go all the way."""

import base64
import binascii
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from rest_framework.pagination import BasePagination  # isort: skip

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
COUNT_CAP = 10_000


class CappedPagination(BasePagination):
    """`?page=&page_size=` to a depth of 10,000 rows, or `?cursor=` (newest first, without a count)."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any | None = None) -> list[Any] | None:
        """The page's rows; raises ValidationError for a page, size or cursor that makes no sense."""
        self.request = request
        self.size = _number(request, "page_size", PAGE_SIZE, MAX_PAGE_SIZE)
        self.page = _number(request, "page", 1, COUNT_CAP)
        self.count: int | None = None
        if "cursor" in request.query_params:
            return self._keyset(queryset, request.query_params["cursor"])
        offset = (self.page - 1) * self.size
        if offset >= COUNT_CAP:
            raise ValidationError({"page": [f"Pages reach {COUNT_CAP} rows deep; use ?cursor= to go on."]})
        rows = list(queryset[offset : offset + self.size])
        is_last = len(rows) < self.size and (rows or not offset)
        # The subquery keeps the count from ever reading more than the cap.
        self.count = offset + len(rows) if is_last else queryset.order_by()[: COUNT_CAP + 1].count()
        return rows

    def _keyset(self, queryset: QuerySet[Any], cursor: str) -> list[Any]:
        if "ordering" in self.request.query_params:
            raise ValidationError({"cursor": ["A cursor walks newest first; leave out ordering."]})
        if cursor:
            queryset = queryset.filter(pk__lt=_cursor_decode(cursor, queryset.model._meta.pk))
        rows = list(queryset.order_by("-pk")[: self.size + 1])
        self.has_more = len(rows) > self.size
        self.last = rows[self.size - 1] if self.has_more else None
        return rows[: self.size]

    def get_paginated_response(self, data: Any) -> Response:
        """The list body; the frame adds success and the request id."""
        body: dict[str, Any] = {}
        if self.count is None:
            body.update(next=self._next_cursor(), previous=None)
        else:
            body["count"] = min(self.count, COUNT_CAP)
            if self.count > COUNT_CAP:
                body["count_capped"] = True
            has_next = self.page * self.size < min(self.count, COUNT_CAP)
            body.update(
                next=self._page_url(self.page + 1) if has_next else None,
                previous=self._page_url(self.page - 1) if self.page > 1 else None,
            )
        body["results"] = data
        response = Response(body)
        response.is_list = True  # type: ignore[attr-defined]  # read by ViewFrame.finalize_response
        return response

    def _page_url(self, page: int) -> str:
        url = self.request.build_absolute_uri()
        return remove_query_param(url, "page") if page == 1 else replace_query_param(url, "page", page)

    def _next_cursor(self) -> str | None:
        if self.last is None:
            return None
        last_id = self.last["id"] if isinstance(self.last, dict) else self.last.pk
        return replace_query_param(self.request.build_absolute_uri(), "cursor", _cursor_encode(last_id))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The OpenAPI shape of a list, its envelope included."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["success", "next", "previous", "results", "request_id"],
            "properties": {
                "success": {"type": "boolean", "enum": [True]},
                "count": {
                    "type": "integer",
                    "description": f"Exact up to {COUNT_CAP}; absent with ?cursor=.",
                },
                "count_capped": {"type": "boolean", "description": "True when there are more than `count`."},
                "next": link,
                "previous": link,
                "results": schema,
                "request_id": {"type": "string", "format": "uuid"},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The OpenAPI query parameters."""
        return [
            {
                "name": "page",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": COUNT_CAP},
            },
            {
                "name": "page_size",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Empty to start; then as given in `next`.",
                "schema": {"type": "string"},
            },
        ]


def _number(request: Request, name: str, default: int, maximum: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= maximum or len(text) > 9:
        raise ValidationError({name: [f"A whole number from 1 to {maximum} is needed."]})
    return int(text)


def _cursor_encode(row_id: object) -> str:
    return base64.urlsafe_b64encode(str(row_id).encode()).decode().rstrip("=")


def _cursor_decode(cursor: str, key: Any) -> Any:
    """The primary key of the last row seen; raises ValidationError for what is none, or too large for its column."""
    try:
        row_id = key.to_python(base64.urlsafe_b64decode(cursor.encode() + b"==").decode())
        key.run_validators(row_id)
        return row_id
    except (binascii.Error, ValueError, DjangoValidationError) as error:
        raise ValidationError({"cursor": ["This is not a cursor that we gave."]}) from error
