"""The audit trail's one door for writing; nothing here changes or reads what was written."""

from collections.abc import Mapping
from typing import Any

from igny8_core.tenancy.context import current_context
from igny8_core.tenancy.models import AuditEvent


def audit_write(
    action: str, *, row: Any = None, reason: str = "", detail: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Record that the current actor did `action`, in the transaction that does it.

    `detail` holds ids and states, never secrets or another account's values.
    """
    context = current_context()
    return AuditEvent.objects.create(
        account_id=context.account_id,
        actor_id=context.actor_id,
        action=action,
        object_type=row._meta.label if row is not None else "",
        object_id=str(row.pk) if row is not None else "",
        reason=reason[:300],
        request_id=context.request_id,
        detail=dict(detail or {}),
    )
