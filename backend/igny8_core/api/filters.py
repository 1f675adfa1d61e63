"""Strict filtering: a parameter that nobody declared is refused, so that no relation can be probed."""

from collections.abc import Collection
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
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
