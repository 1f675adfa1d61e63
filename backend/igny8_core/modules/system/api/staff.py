"""Lists across accounts, for staff: read-only columns that hold no content and no secret, each list on record."""

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from igny8_core.api.base import StaffListViewSet
from igny8_core.api.filters import RowFilter
from igny8_core.auth.models import Account, PlanStatus, Site, User
from igny8_core.tenancy.models import AuditEvent, Job, JobState


class _AccountOf(serializers.ModelSerializer[Any]):
    """Rows with the id of their account."""

    account_id = serializers.IntegerField(read_only=True)


class StaffAccountSerializer(serializers.ModelSerializer[Account]):
    """An account as staff see it in a list."""

    plan = serializers.SlugRelatedField[Any]("code", read_only=True)

    class Meta:
        model = Account
        fields = ("id", "name", "plan", "plan_status", "trial_ends_at", "grace_until", "created_at")


class StaffUserSerializer(_AccountOf):
    """A person as staff see them in a list."""

    class Meta:
        model = User
        fields = ("id", "account_id", "email", "name", "role", "is_active", "last_login", "created_at")


class StaffSiteSerializer(_AccountOf):
    """A site as staff see it in a list."""

    class Meta:
        model = Site
        fields = ("id", "account_id", "name", "domain", "language", "deleted_at", "created_at")


class StaffJobSerializer(_AccountOf):
    """A job as staff see it in a list: how it goes, not what it works on."""

    class Meta:
        model = Job
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "account_id",
            "kind",
            "state",
            "attempts",
            "error_code",
            "request_id",
            "created_at",
            "started_at",
            "finished_at",
        )


class StaffAuditSerializer(_AccountOf):
    """An audit line as staff see it in a list."""

    class Meta:
        model = AuditEvent
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "account_id",
            "actor_id",
            "action",
            "object_type",
            "object_id",
            "reason",
            "request_id",
            "detail",
            "created_at",
        )


class StaffAccountFilter(RowFilter):
    """Accounts of one plan state."""

    plan_status = django_filters.ChoiceFilter(choices=PlanStatus.choices, label="In this state.")


class OfAccountFilter(RowFilter):
    """Rows of one account."""

    account = django_filters.NumberFilter(
        field_name="account_id", label="Only of this account.", min_value=0, max_value=2**53
    )


class StaffJobFilter(OfAccountFilter):
    """Jobs of one account, kind or state."""

    kind = django_filters.CharFilter(label="Exactly this kind.")
    state = django_filters.ChoiceFilter(choices=JobState.choices, label="In this state.")


class StaffAuditFilter(OfAccountFilter):
    """Audit lines of one account or action; the use of this door is under the system account."""

    action = django_filters.CharFilter(label="Exactly this action.")


ON_RECORD = "Newest first; the look itself is on record before anything is read."


class _StaffList(StaffListViewSet):
    """What the lists share."""

    room, throttle_scope = "system", "system"


@extend_schema_view(
    list=extend_schema(
        summary="List accounts of the installation", description="With plan and state. " + ON_RECORD
    )
)
class StaffAccountViewSet(_StaffList):
    """Every account."""

    model, serializer_class, filterset_class = Account, StaffAccountSerializer, StaffAccountFilter
    search_fields, ordering_fields = ("name",), ("name", "created_at")


@extend_schema_view(
    list=extend_schema(
        summary="List people of the installation", description="With role and account. " + ON_RECORD
    )
)
class StaffUserViewSet(_StaffList):
    """Every person."""

    model, serializer_class, filterset_class = User, StaffUserSerializer, OfAccountFilter
    search_fields, ordering_fields = ("email", "name"), ("email", "created_at")


@extend_schema_view(
    list=extend_schema(
        summary="List sites of the installation", description="Deleted ones included. " + ON_RECORD
    )
)
class StaffSiteViewSet(_StaffList):
    """Every site, deleted ones included."""

    model, serializer_class, filterset_class = Site, StaffSiteSerializer, OfAccountFilter
    search_fields, ordering_fields = ("name", "domain"), ("domain", "created_at")


@extend_schema_view(
    list=extend_schema(
        summary="List jobs of the installation",
        description="What runs, waits and failed, without what was in it. " + ON_RECORD,
    )
)
class StaffJobViewSet(_StaffList):
    """Every job."""

    model, serializer_class, filterset_class = Job, StaffJobSerializer, StaffJobFilter
    ordering_fields = ("created_at", "finished_at")


@extend_schema_view(
    list=extend_schema(
        summary="List the audit trail of the installation",
        description="Of one account or action, or of all. " + ON_RECORD,
    )
)
class StaffAuditViewSet(_StaffList):
    """Every audit line."""

    model, serializer_class, filterset_class = AuditEvent, StaffAuditSerializer, StaffAuditFilter
    ordering_fields = ("created_at",)
