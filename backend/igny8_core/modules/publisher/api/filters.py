"""What the list of publications can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter
from igny8_core.modules.publisher.constants import PublicationState


class PublicationFilter(RowFilter):
    """Publications of one site, article, destination or state."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only publications of this site.")
    article = django_filters.UUIDFilter(field_name="article_id", label="Only publications of this article.")
    destination = django_filters.UUIDFilter(field_name="destination_id", label="Only on this destination.")
    state = django_filters.ChoiceFilter(choices=PublicationState.choices, label="Only in this state.")
