"""What the lists of credits can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter
from igny8_core.modules.billing.constants import EntryKind, HoldState, PaymentKind, PaymentState


class MovementFilter(RowFilter):
    """What ledger lines and holds have in common; times are when the row was written."""

    operation = django_filters.CharFilter(field_name="operation", label="Exactly this operation.")
    site_id = django_filters.UUIDFilter(field_name="site_id", label="Bought for this site.")
    user_id = django_filters.UUIDFilter(field_name="user_id", label="Bought by this person.")
    job_id = django_filters.UUIDFilter(field_name="job_id", label="Made by this job.")
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", label="Not before.")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", label="Before.")


class LedgerFilter(MovementFilter):
    """Lines of one kind, operation, job or time."""

    kind = django_filters.ChoiceFilter(choices=EntryKind.choices, label="Only lines of this kind.")


class HoldFilter(MovementFilter):
    """Holds of one state, operation, job or time."""

    state = django_filters.ChoiceFilter(choices=HoldState.choices, label="Only holds in this state.")


class PaymentFilter(RowFilter):
    """Payments of one state or for one kind of thing."""

    state = django_filters.ChoiceFilter(choices=PaymentState.choices, label="Only payments in this state.")
    kind = django_filters.ChoiceFilter(choices=PaymentKind.choices, label="Only payments for this.")
