"""What the planner's lists can be narrowed by; every filter is written out."""

import django_filters
from django.db.models import QuerySet

from igny8_core.api.filters import SiteFilter
from igny8_core.modules.planner.constants import (
    ClusterStatus,
    ClusterType,
    EditKind,
    IdeaKind,
    IdeaState,
    ImportState,
    Intent,
    KeywordStatus,
    Placement,
)
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.selectors import keywords_branded


class KeywordFilter(SiteFilter):
    """Keywords by status, intent, market, cluster, import and figures."""

    status = django_filters.ChoiceFilter(choices=KeywordStatus.choices)
    intent = django_filters.ChoiceFilter(choices=Intent.choices)
    country = django_filters.CharFilter(lookup_expr="iexact", label="A two-letter country code.")
    cluster = django_filters.UUIDFilter(field_name="cluster_id")
    has_cluster = django_filters.BooleanFilter(field_name="cluster", lookup_expr="isnull", exclude=True)
    cluster_source = django_filters.ChoiceFilter(choices=Placement.choices)
    source_import = django_filters.UUIDFilter(field_name="source_import_id")
    language = django_filters.CharFilter(lookup_expr="iexact", label="An ISO 639-1 code.")
    variant_of = django_filters.UUIDFilter(label="The near duplicates of this keyword.")
    is_variant = django_filters.BooleanFilter(
        field_name="variant_of",
        lookup_expr="isnull",
        exclude=True,
        label="Whether a near duplicate stands for it.",
    )
    is_branded = django_filters.BooleanFilter(
        method="branded", label="Whether it has one of its site's brand names."
    )
    volume_min = django_filters.NumberFilter(field_name="volume", lookup_expr="gte")
    volume_max = django_filters.NumberFilter(field_name="volume", lookup_expr="lte")
    difficulty_max = django_filters.NumberFilter(field_name="difficulty", lookup_expr="lte")

    def branded(self, queryset: QuerySet[Keyword], name: str, value: bool) -> QuerySet[Keyword]:
        """Those with a brand name, or those without."""
        found = keywords_branded()
        return queryset.filter(found if value else ~found)


class KeywordImportFilter(SiteFilter):
    """Imports by state."""

    state = django_filters.ChoiceFilter(choices=ImportState.choices)


class ClusterFilter(SiteFilter):
    """Clusters by status, type, intent and lock."""

    status = django_filters.ChoiceFilter(choices=ClusterStatus.choices)
    type = django_filters.ChoiceFilter(choices=ClusterType.choices)
    intent = django_filters.ChoiceFilter(choices=Intent.choices)
    is_locked = django_filters.BooleanFilter()
    topic = django_filters.UUIDFilter(field_name="topic_id")


class TopicFilter(SiteFilter):
    """Topics by lock."""

    is_locked = django_filters.BooleanFilter()


class PlanEditFilter(SiteFilter):
    """Edits by what they were, and whether they were taken back."""

    kind = django_filters.ChoiceFilter(choices=EditKind.choices)
    is_undone = django_filters.BooleanFilter(
        field_name="undone_at", lookup_expr="isnull", exclude=True, label="Whether it was taken back."
    )


class IdeaFilter(SiteFilter):
    """Ideas by state, kind, cluster and score."""

    state = django_filters.ChoiceFilter(choices=IdeaState.choices)
    kind = django_filters.ChoiceFilter(choices=IdeaKind.choices)
    cluster = django_filters.UUIDFilter(field_name="cluster_id")
    score_min = django_filters.NumberFilter(field_name="score", lookup_expr="gte")
