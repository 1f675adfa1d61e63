"""What the lists of pages and findings can be narrowed by."""

import django_filters

from igny8_core.api.filters import SiteFilter
from igny8_core.modules.planner.constants import (
    FindingAction,
    FindingKind,
    FindingState,
    PageSource,
    QuerySource,
)


class SitePageFilter(SiteFilter):
    """Pages by where we know them from, whose word their query is, and whether they are there."""

    source = django_filters.ChoiceFilter(choices=PageSource.choices)
    query_source = django_filters.ChoiceFilter(choices=[one for one in QuerySource.choices if one[0]])
    is_removed = django_filters.BooleanFilter(field_name="removed_at", lookup_expr="isnull", exclude=True)


class FindingFilter(SiteFilter):
    """Findings by kind, proposal, state, idea and page."""

    kind = django_filters.ChoiceFilter(choices=FindingKind.choices)
    action = django_filters.ChoiceFilter(choices=FindingAction.choices)
    state = django_filters.ChoiceFilter(choices=FindingState.choices)
    idea = django_filters.UUIDFilter(field_name="idea_id")
    page_id = django_filters.UUIDFilter(field_name="page_id", label="The page that is to be acted on.")
