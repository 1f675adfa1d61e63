"""What the list of scores can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter


class ScoreFilter(RowFilter):
    """Scores of a site or an article, or in a range."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only scores of this site.")
    article = django_filters.UUIDFilter(field_name="article_id", label="Only scores of this article.")
    total_min = django_filters.NumberFilter(
        field_name="total", lookup_expr="gte", label="At least this score."
    )
    total_max = django_filters.NumberFilter(
        field_name="total", lookup_expr="lte", label="At most this score."
    )
