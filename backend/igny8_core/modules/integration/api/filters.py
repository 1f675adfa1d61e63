"""What the list of destinations, and that of terms, can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter
from igny8_core.modules.integration.constants import ConnectionStatus, Platform, Taxonomy


class DestinationFilter(RowFilter):
    """Destinations of one site or platform."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only destinations of this site.")
    platform = django_filters.ChoiceFilter(choices=Platform.choices, label="Only this platform.")
    status = django_filters.ChoiceFilter(
        choices=ConnectionStatus.choices, label="Only those whose last check said so."
    )
    is_paused = django_filters.BooleanFilter(label="Only those that are paused, or none of them.")


class TermFilter(RowFilter):
    """Terms of one destination, site or taxonomy, and whether they are still there."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only terms of this site's destinations.")
    destination = django_filters.UUIDFilter(
        field_name="destination_id", label="Only terms of this destination."
    )
    taxonomy = django_filters.ChoiceFilter(choices=Taxonomy.choices, label="Only categories, or only tags.")
    is_gone = django_filters.BooleanFilter(
        field_name="gone_at",
        lookup_expr="isnull",
        exclude=True,
        label="Only those that vanished, or none of them.",
    )
