"""Strict filtering: a parameter that nobody declared is refused, so that no relation can be probed."""

from collections.abc import Collection
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

PAGE_PARAMETERS = frozenset({"page", "page_size", "cursor"})
COMMON_PARAMETERS = PAGE_PARAMETERS | {"ordering", "search"}


class RowFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """The base of the rooms' filter sets; each filter is written out, none is generated."""


class SiteFilter(RowFilter):
    """What every site-bound list can be narrowed by; a foreign id gives what a missing one gives."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only rows of this site.")
    sector = django_filters.UUIDFilter(field_name="sector_id", label="Only rows of this sector.")


def narrow(queryset: QuerySet[Any], request: Request, view: Any) -> QuerySet[Any]:
    """Apply filters, search and ordering of the query string; raises ValidationError for what is not declared."""
    parameters = request.query_params
    filterset_class: type[RowFilter] | None = view.filterset_class
    if parameters:
        names = COMMON_PARAMETERS | set(filterset_class.base_filters if filterset_class else ())
        refuse_unknown(request, names)
        _refuse_nul(parameters)
        if filterset_class is not None:
            _refuse_half_truths(filterset_class, parameters)
            queryset = _filtered(filterset_class, queryset, request)
        queryset = _searched(queryset, parameters.get("search", ""), view.search_fields)
    return queryset.order_by(*_ordering(parameters.get("ordering"), view))


def refuse_unknown(request: Request, names: Collection[str]) -> None:
    """Raise ValidationError for a parameter of the query string that is not among `names`."""
    unknown = sorted(set(request.query_params) - set(names))
    if unknown:
        raise ValidationError({name: ["There is no such parameter."] for name in unknown})


def _refuse_nul(parameters: Any) -> None:
    if any("\x00" in value for values in parameters.lists() for value in values[1]):
        raise ValidationError({"non_field_errors": ["A NUL character cannot be searched for."]})


def _refuse_half_truths(filterset_class: type[RowFilter], parameters: Any) -> None:
    # django-filter takes what is neither true nor false for nothing, and would give every row.
    for name, one in filterset_class.base_filters.items():
        if isinstance(one, django_filters.BooleanFilter):
            value = parameters.get(name, "").lower()
            if value not in _TRUTHS:
                raise ValidationError({name: ["Must be true or false."]})


_TRUTHS = {"", "true", "false", "1", "0"}


def _filtered(filterset_class: type[RowFilter], queryset: QuerySet[Any], request: Request) -> QuerySet[Any]:
    filterset = filterset_class(request.query_params, queryset=queryset, request=request)
    if not filterset.is_valid():
        raise ValidationError(dict(filterset.errors.items()))
    narrowed: QuerySet[Any] = filterset.qs
    return narrowed


def _searched(queryset: QuerySet[Any], term: str, fields: tuple[str, ...]) -> QuerySet[Any]:
    term = term.strip()
    if not term:
        return queryset
    if not fields:
        raise ValidationError({"search": ["This list cannot be searched."]})
    matches = Q()
    for field in fields:
        matches |= Q(**{f"{field}__icontains": term[:200]})
    return queryset.filter(matches)


def _ordering(text: str | None, view: Any) -> tuple[str, ...]:
    if not text:
        return tuple(view.default_ordering)
    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if name.removeprefix("-") not in view.ordering_fields:
            allowed = ", ".join(view.ordering_fields) or "nothing"
            raise ValidationError({"ordering": [f"This list can be ordered by {allowed}."]})
    return (*names, "-id")


class DeclaredParameters(BaseFilterBackend):
    """What `narrow` understands of a list, for the description; an empty value narrows nothing."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """As `narrow` does."""
        return narrow(queryset, request, view)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The OpenAPI query parameters: each filter, search and ordering where the list or action has them."""
        filters = view.filterset_class.base_filters if view.filterset_class else {}
        parameters = [
            _parameter(name, _schema(one), one.extra.get("help_text") or one.label)
            for name, one in filters.items()
        ]
        if view.search_fields:
            about = f"In {', '.join(view.search_fields)}, whatever the case."
            parameters.append(_parameter("search", {"type": "string"}, about))
        if view.ordering_fields:
            names = "|".join(view.ordering_fields)
            schema = {"type": "string", "pattern": f"^-?({names})(,-?({names}))*$"}
            parameters.append(
                _parameter("ordering", schema, "One or several, by comma; `-` turns one round.")
            )
        if view.action == "list":
            return parameters
        taken = view.parameters.get(view.action, frozenset())
        return [one for one in parameters if one["name"] in taken]


def _parameter(name: str, schema: dict[str, Any], about: str | None) -> dict[str, Any]:
    description = {"description": about} if about else {}
    return {"name": name, "in": "query", "allowEmptyValue": True, "schema": schema, **description}


def _schema(one: Any) -> dict[str, Any]:
    if isinstance(one, django_filters.ChoiceFilter):
        return {"type": "string", "enum": [value for value, _ in one.extra["choices"]]}
    for kind, schema in _SCHEMAS.items():
        if isinstance(one, kind):
            return schema
    return {"type": "string"}


_SCHEMAS: dict[Any, dict[str, Any]] = {
    django_filters.UUIDFilter: {"type": "string", "format": "uuid"},
    django_filters.BooleanFilter: {"type": "boolean"},
    django_filters.NumberFilter: {"type": "number"},
    django_filters.IsoDateTimeFilter: {"type": "string", "format": "date-time"},
}
