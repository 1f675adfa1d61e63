"""The account itself: making it with its owner, changing it, handing it over."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from igny8_core.auth.errors import RoleTooLow
from igny8_core.auth.models import Account, Plan, PlanStatus, Role, User
from igny8_core.auth.services.people import user_create, user_update
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, TenantContext, current_context, tenant_scope


def account_create(
    *,
    name: str,
    email: str,
    password: str,
    owner_name: str = "",
    plan_code: str = "trial",
    trial_days: int | None = None,
) -> User:
    """Make an account with its owner; returns the owner. The caller has proof that the address is theirs.

    Without `trial_days` the trial has no end: the host made the account. Raises EmailTaken and PasswordTooWeak.
    """
    plan = Plan.objects.get(code=plan_code)
    ends_at = None if trial_days is None else utc_now() + timedelta(days=trial_days)
    with transaction.atomic(using=TENANT_ALIAS):
        account = Account.objects.create(
            name=name, plan=plan, plan_status=PlanStatus.TRIALING, trial_ends_at=ends_at
        )
        with tenant_scope(TenantContext.of_account(account.pk)):
            owner = user_create(email=email, password=password, role=Role.OWNER, name=owner_name)
            audit_write("account.created", row=account)
    return owner


def account_update(account_id: int, **fields: Any) -> Account:
    """Change an account's name, retention or plan state; cached contexts notice at their next transaction.

    Raises NotFound for another account than the current one.
    """
    if account_id != current_context().account_id:
        raise NotFound
    Account.objects.filter(pk=account_id).update(context_version=F("context_version") + 1, **fields)
    audit_write("account.changed", detail={"fields": sorted(fields)})
    account: Account = Account.objects.select_related("plan").get(pk=account_id)
    return account


def ownership_transfer(to: User, *, by: User) -> User:
    """Make another active person of the account its owner, and the owner an admin; both sign in again.

    The caller has proven `by` anew. Raises RoleTooLow (only the owner gives the account away) and NotFound.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        people = {
            user.pk: user
            for user in User.objects.select_for_update()
            .filter(pk__in=(to.pk, by.pk), account_id=current_context().account_id)
            .order_by("pk")
        }
        owner, heir = people.get(by.pk), people.get(to.pk)
        if owner is None or owner.role != Role.OWNER:
            raise RoleTooLow("Only the owner can give the account to somebody else.")
        if heir is None or heir.pk == owner.pk or not heir.is_active:
            raise NotFound
        user_update(owner, role=Role.ADMIN)
        heir = user_update(heir, role=Role.OWNER, all_sites=True)
        audit_write("account.transferred", row=heir, detail={"from": str(owner.pk)})
    return heir
