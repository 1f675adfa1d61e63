"""What the list of jobs can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter
from igny8_core.tenancy.models import JobState


class JobFilter(RowFilter):
    """Jobs of one state, kind, site or time."""

    state = django_filters.ChoiceFilter(choices=JobState.choices, label="Only jobs in this state.")
    kind = django_filters.CharFilter(
        field_name="kind", label="Exactly this kind, such as writer.write_article."
    )
    site = django_filters.UUIDFilter(field_name="site_id", label="Only jobs of this site.")
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", label="Not before.")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", label="Before.")
