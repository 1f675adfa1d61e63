"""Who may call what: the row of `api/operations.py` for the operation is all that counts."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from igny8_core.api.operations import RANK, OperationRule, operation_rule
from igny8_core.auth.errors import RoleTooLow
from igny8_core.auth.principals import Principal
from igny8_core.tenancy.context import ALL_SITES


class ScopeMissing(RoleTooLow):
    """The key was not given this scope."""

    code = "scope_missing"


class PeopleOnly(RoleTooLow):
    """A key tried what could make it wider, or let it live longer, than it is."""

    code = "people_only"
    message = "API keys may not do this; sign in as a person."


class SiteScopeTooNarrow(RoleTooLow):
    """The operation is about the whole account, the credential about some of its sites."""

    code = "site_scope_too_narrow"
    message = "This concerns the whole account; your access is limited to some of its sites."


class NotInOwnName(RoleTooLow):
    """Staff entered an account and tried what is done in a member's own name."""

    code = "staff_has_no_name_here"
    message = "This is done in a member's own name; leave out X-Account-ID."


class StaffOnly(RoleTooLow):
    """The operation is for staff of the system account."""

    code = "staff_only"
    message = "This is for staff only."


class RolePermission(BasePermission):
    """Checks the caller against the operation's row: role, staff role, whole account, key scope, in this order."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False for nobody (401); raises RoleTooLow or one of its kind for somebody without the right (403)."""
        principal = request.auth
        if not isinstance(principal, Principal):
            return False
        rule = operation_rule(view, request.method)
        if rule is not None:  # else the method is not routed, and is about to be answered by 405
            rule_require(principal, rule, view.room)
        return True


def rule_require(principal: Principal, rule: OperationRule, room: str) -> None:
    """Raise RoleTooLow, or one of its kind, unless the rule lets this caller in."""
    if rule.role is None or RANK[principal.role] < RANK[rule.role]:
        raise RoleTooLow
    if rule.in_own_name and principal.entry is not None:
        raise NotInOwnName
    if rule.staff and not (principal.user.is_staff_member and principal.user.staff_role in rule.staff):
        raise StaffOnly
    if rule.whole_account and principal.site_ids is not ALL_SITES:
        raise SiteScopeTooNarrow
    if principal.scopes is not None:
        scope = rule.scope(room)
        if scope is None:
            raise PeopleOnly
        if scope not in principal.scopes:
            raise ScopeMissing(f"This key lacks the scope {scope}.")


def rule_allows(principal: Principal, rule: OperationRule, room: str) -> bool:
    """Whether the rule lets this caller in: for showing a button, never for allowing what it does."""
    try:
        rule_require(principal, rule, room)
    except RoleTooLow:
        return False
    return True
