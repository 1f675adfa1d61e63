"""What the list of destinations can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter
from igny8_core.modules.integration.constants import Platform


class DestinationFilter(RowFilter):
    """Destinations of one site or platform."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only destinations of this site.")
    platform = django_filters.ChoiceFilter(choices=Platform.choices, label="Only this platform.")
