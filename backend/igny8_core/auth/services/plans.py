"""The price list of plans; changed by staff, for every account."""

from django.db import transaction

from igny8_core.auth.models import Plan
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS

PLAN_FIELDS = (
    "name",
    "description",
    "price_cents",
    "currency",
    "interval",
    "monthly_credits",
    "max_sites",
    "max_users",
    "max_keywords",
    "is_active",
    "is_offered",
)


def plan_update(plan_id: int, **fields: object) -> Plan:
    """Change some of PLAN_FIELDS; limits count for every account of the plan at once, payments asked for stay.

    The record stands in the system account, whose scope the caller has entered. Raises NotFound, TypeError.
    """
    if unknown := fields.keys() - set(PLAN_FIELDS):
        raise TypeError(f"Plans have no {', '.join(sorted(unknown))} to change.")
    with transaction.atomic(using=TENANT_ALIAS):
        plan = Plan.objects.select_for_update().filter(pk=plan_id).first()
        if plan is None:
            raise NotFound
        changes = {name: [getattr(plan, name), value] for name, value in fields.items()}
        for name, value in fields.items():
            setattr(plan, name, value)
        plan.save(update_fields=list(fields))
        audit_write("plan.changed", row=plan, detail={"code": plan.code, "changes": changes})
    return plan
