"""The people of an account: adding, changing, limiting, removing; what narrows their rights ends their tokens."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from igny8_core.auth.errors import EmailTaken, PasswordTooWeak, PlanLimitReached, RoleTooLow
from igny8_core.auth.models import ApiKey, RefreshSession, Role, SecondFactor, Site, SiteUserAccess, User
from igny8_core.auth.selectors import plan_allowance
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, current_context

# A change of any other field leaves tokens and sessions alone.
_ENDS_TOKENS = frozenset({"password", "role", "is_active", "all_sites", "staff_role", "email"})


def user_create(*, email: str, password: str, role: Role, name: str = "", all_sites: bool = True) -> User:
    """Add a person to the current account. Raises EmailTaken, PasswordTooWeak and PlanLimitReached."""
    _seat_check()
    user = User(
        account_id=current_context().account_id,
        email=email.strip().lower(),
        name=name,
        role=role,
        all_sites=all_sites,
    )
    password_set(user, password)
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            user.save()
    except IntegrityError as error:
        raise EmailTaken from error
    audit_write("user.created", row=user, detail={"role": role})
    return user


def _seat_check() -> None:
    people = User.objects.filter(account_id=current_context().account_id, is_active=True)
    room = plan_allowance("max_users", people)
    if room.used >= room.allowed:
        raise PlanLimitReached(f"The plan allows {room.allowed} members.")


def password_set(user: User, password: str) -> None:
    """Put a new password on a row that the caller saves. Raises PasswordTooWeak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(fields={"password": error.messages}) from error
    user.set_password(password)


def user_update(user: User, **fields: Any) -> User:
    """Change a person's row; a change of rights, password or address ends their tokens and sessions at once.

    Raises NotFound for somebody of another account.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = _locked(user.pk)
        if fields.get("is_active") and not row.is_active:
            _seat_check()
        for name, value in fields.items():
            setattr(row, name, value)
        row.context_version += 1
        row.token_version += bool(_ENDS_TOKENS & fields.keys())
        row.save(update_fields=[*fields, "context_version", "token_version"])
        audit_write("user.changed", row=row, detail={"fields": sorted(fields)})
    return row


def _locked(user_id: UUID) -> User:
    """Read again under a lock: a copy that somebody else changed meanwhile must not be written back."""
    row = (
        User.objects.select_for_update()
        .filter(pk=user_id, account_id=current_context().account_id, removed_at=None)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def member_change(user: User, *, by: User, site_ids: Iterable[UUID] | None = None, **fields: Any) -> User:
    """Change another person on behalf of an admin; the owner and the admin's own row are out of reach.

    `site_ids` limits them to these sites, `all_sites=True` opens every site again.
    Raises RoleTooLow, and NotFound for a site that is not the account's.
    """
    _require_other(user, by)
    with transaction.atomic(using=TENANT_ALIAS):
        if site_ids is not None:
            user_sites_set(user, site_ids)
        elif fields.get("all_sites"):
            SiteUserAccess.objects.filter(user=user).delete()
        return user_update(user, **fields)


def members_change(changes: Mapping[UUID, Mapping[str, Any]], *, by: User) -> int:
    """Change several people, each as `member_change` does, all or none; returns how many.

    Raises as it does, and NotFound for somebody who is not of the account.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        for user in _people(changes):
            member_change(user, by=by, **changes[user.pk])
    return len(changes)


def members_remove(user_ids: Iterable[UUID], *, by: User) -> int:
    """Take several people out of the account for good, all or none; returns how many.

    Raises RoleTooLow and NotFound.
    """
    people = _people(user_ids)
    with transaction.atomic(using=TENANT_ALIAS):
        for user in people:
            member_remove(user, by=by)
    return len(people)


def _people(user_ids: Iterable[UUID]) -> list[User]:
    """The people in a fixed order, so that two admins never wait for each other. Raises NotFound."""
    wanted = set(user_ids)
    rows = User.objects.filter(pk__in=wanted, account_id=current_context().account_id, removed_at=None)
    found = list(rows.order_by("pk"))
    if len(found) != len(wanted):
        raise NotFound
    return found


def member_remove(user: User, *, by: User) -> None:
    """Take somebody out of the account for good: they cannot sign in, their keys stop, their address is free again.

    Their row stays, so that what they did keeps its author. Raises RoleTooLow and NotFound.
    """
    _require_other(user, by)
    now = utc_now()
    with transaction.atomic(using=TENANT_ALIAS):
        row = user_update(
            user,
            email=f"removed-{user.pk}@removed.invalid",
            is_active=False,
            password="!",  # noqa: S106 - Django's mark of a password that nothing matches
            removed_at=now,
        )
        ApiKey.objects.filter(user=row, revoked_at=None).update(
            revoked_at=now, context_version=F("context_version") + 1
        )
        RefreshSession.objects.filter(user=row, revoked_at=None).update(revoked_at=now)
        SecondFactor.objects.filter(user=row).delete()
        SiteUserAccess.objects.filter(user=row).delete()
        audit_write("user.removed", row=row)


def _require_other(user: User, by: User) -> None:
    if user.role == Role.OWNER or user.pk == by.pk:
        raise RoleTooLow("The owner and your own membership cannot be changed here.")


def user_sites_set(user: User, site_ids: Iterable[UUID]) -> None:
    """Limit a person to the given sites. Raises NotFound when one of them is not the account's."""
    wanted = set(site_ids)
    if Site.objects.filter(pk__in=wanted).count() != len(wanted):
        raise NotFound
    with transaction.atomic(using=TENANT_ALIAS):
        SiteUserAccess.objects.filter(user=user).delete()
        SiteUserAccess.objects.bulk_create(
            SiteUserAccess(account_id=user.account_id, user=user, site_id=site_id) for site_id in wanted
        )
        user_update(user, all_sites=False)
