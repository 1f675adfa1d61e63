"""What people are told, over HTTP: their notifications, how many are unread, and marking them."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import AccountModelViewSet, ViewFrame
from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.filters import RowFilter
from igny8_core.auth.models import Site
from igny8_core.modules.system import selectors, services
from igny8_core.modules.system.models import Notification
from igny8_core.modules.system.types import NotificationKind


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """Something that happened, as the caller sees it."""

    site = TenantRelatedField(Site, read_only=True, allow_null=True)
    is_read = serializers.BooleanField(read_only=True, help_text="Whether the caller has read it.")

    class Meta:
        model = Notification
        fields = ("id", "kind", "text", "target_kind", "target_id", "site", "is_read", "created_at")


class UnreadCountSerializer(serializers.Serializer[Any]):
    """How many the caller has not read."""

    unread = serializers.IntegerField()


class MarkedCountSerializer(serializers.Serializer[Any]):
    """How many were marked; call again while it is 5,000."""

    marked = serializers.IntegerField()


class NotificationFilter(RowFilter):
    """Notifications of one kind or site, and those not read."""

    unread = django_filters.BooleanFilter(
        field_name="is_read", exclude=True, label="Only those that the caller has not read, or has."
    )
    kind = django_filters.ChoiceFilter(choices=NotificationKind.choices, label="Only of this kind.")
    site = django_filters.UUIDFilter(field_name="site_id", label="Only of this site.")


@extend_schema_view(
    list=extend_schema(
        summary="List notifications",
        description="What the caller is told, newest first: to them alone, or to their role for a site that they see.",
    ),
    retrieve=extend_schema(summary="Show a notification", description="Showing does not mark it as read."),
)
class NotificationViewSet(AccountModelViewSet):
    """What the caller is told."""

    room, throttle_scope = "system", "system"
    model, serializer_class, filterset_class = Notification, NotificationSerializer, NotificationFilter

    def narrow_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What the caller may see, with whether they have read it."""
        return selectors.notifications_visible(queryset)

    def answer(self, row: Any, status_code: int = status.HTTP_200_OK) -> Response:
        """A notification without an ETag: reading it does not move the row's version."""
        return Response(self.get_serializer(row).data, status=status_code)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One notification as it is now."""
        return self.answer(self.get_object())

    @extend_schema(
        summary="Mark a notification as read",
        description="By the caller; doing it twice changes nothing.",
        request=None,
        responses={200: NotificationSerializer},
    )
    @action(detail=True, methods=["post"])
    def read(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Mark one."""
        row_id: UUID = self.get_object().pk
        services.notification_read(row_id)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Mark all notifications as read",
        description="By the caller, at most 5,000 at a time.",
        request=None,
        responses={200: MarkedCountSerializer},
    )
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Mark what is unread."""
        return Response({"marked": services.notifications_read_all()})


class UnreadCountView(ViewFrame):
    """How much the caller has not read."""

    room, throttle_scope = "system", "system"
    operations: ClassVar[Mapping[str, str]] = {"GET": "notification_unread_count"}

    @extend_schema(
        summary="Count unread notifications",
        description="How many the caller has not read.",
        responses={200: UnreadCountSerializer},
    )
    def get(self, request: Request) -> Response:
        """The number alone."""
        return Response({"unread": selectors.notification_unread_count()})
