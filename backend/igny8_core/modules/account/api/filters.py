"""What the account's lists can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter


class SectorFilter(RowFilter):
    """Sectors of one site."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only sectors of this site.")


class AuditFilter(RowFilter):
    """Events of one kind, actor or object."""

    action = django_filters.CharFilter(field_name="action", label="Exactly this action.")
    actor_id = django_filters.UUIDFilter(field_name="actor_id", label="By this person.")
    object_id = django_filters.CharFilter(field_name="object_id", label="About this row.")
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", label="Not before.")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", label="Before.")
