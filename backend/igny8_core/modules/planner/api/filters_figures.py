"""What the lists of rankings and of figures over time can be narrowed by; every filter is written out."""

import django_filters

from igny8_core.api.filters import RowFilter, SiteFilter


class KeywordRankingFilter(SiteFilter):
    """Ranking URLs of one keyword, of one tool, or up to a position."""

    keyword = django_filters.UUIDFilter(field_name="keyword_id", label="Only this keyword's.")
    source_tool = django_filters.CharFilter(label="Only as this tool gave them.")
    position_max = django_filters.NumberFilter(
        field_name="position", lookup_expr="lte", label="At this position or before."
    )


class KeywordMetricFilter(RowFilter):
    """Figures of one keyword, or of one tool."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only rows of this site.")
    keyword = django_filters.UUIDFilter(field_name="keyword_id", label="Only this keyword's.")
    source_tool = django_filters.CharFilter(label="Only as this tool gave them.")
