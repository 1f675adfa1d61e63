"""Reads of notifications, as the current person may see them; it must never write."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from igny8_core.auth.models import Role
from igny8_core.auth.selectors import user_get
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import PAGE_SIZE, Page
from igny8_core.modules.system.models import Notification, NotificationRead
from igny8_core.modules.system.types import NotificationView
from igny8_core.tenancy.context import AllSites, context_or_none
from igny8_core.tenancy.pages import page_read

_ROLES = (Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER)


def notification_list(
    *, is_unread: bool = False, number: int = 1, size: int = PAGE_SIZE
) -> Page[NotificationView]:
    """A page of what the current person is told, newest first; all of it, or what they have not read."""
    rows = notifications_visible(Notification.objects.all())
    if is_unread:
        rows = rows.filter(is_read=False)
    return page_read(rows.order_by("-id"), _view, number=number, size=size)


def notification_unread_count() -> int:
    """How many notifications the current person has not read."""
    return notifications_visible(Notification.objects.all()).filter(is_read=False).count()


def notification_get(notification_id: UUID) -> NotificationView:
    """One notification that the current person may see; raises NotFound."""
    row = notifications_visible(Notification.objects.filter(pk=notification_id)).first()
    if row is None:
        raise NotFound
    return _view(row)


def notifications_visible(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those among `rows` that the current person may see, each with `is_read`.

    Who sees some sites only, sees those of these sites and those meant for them alone, none of the whole account.
    """
    context = context_or_none()
    if context is None:
        return rows  # without a context the queryset refuses by itself
    mine = Q(recipient_id=context.actor_id) if context.actor_id else Q(pk__in=[])
    shared = Q(recipient_id=None, lowest_role__in=_roles(context.actor_id))
    if not isinstance(context.site_ids, AllSites):
        shared &= Q(site_id__in=context.site_ids)
    read = NotificationRead.objects.filter(Q(user_id=context.actor_id), notification_id=OuterRef("pk"))
    visible: QuerySet[Any] = rows.filter(mine | shared).annotate(is_read=Exists(read))
    return visible


def _roles(actor_id: UUID | None) -> tuple[Role, ...]:
    """The roles whose notifications a person gets: their own and those below."""
    if actor_id is None:
        return _ROLES
    try:
        role = Role(user_get(actor_id).role)
    except NotFound:  # staff who entered the account are none of its people
        return _ROLES
    return _ROLES[: _ROLES.index(role) + 1]


def _view(row: Any) -> NotificationView:
    return NotificationView(
        id=row.pk,
        kind=row.kind,
        text=row.text,
        target_kind=row.target_kind,
        target_id=row.target_id,
        site_id=row.site_id,
        created_at=row.created_at,
        is_read=row.is_read,
    )
