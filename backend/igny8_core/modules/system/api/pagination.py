"""The list's shape for what is short and no table; it must never page through rows."""

from typing import Any

from rest_framework.request import Request

from igny8_core.api.pagination import CappedPagination


class OnePage(CappedPagination):
    """Everything on the first page, and no page parameters."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any | None = None) -> list[Any]:
        """All entries."""
        self.request, self.page = request, 1
        self.count = self.size = len(queryset)
        return list(queryset)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """None."""
        return []
