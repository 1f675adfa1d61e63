"""Who may call what: the role of a person, the scopes of a key; what a view declares is all that counts."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from igny8_core.auth.errors import RoleTooLow
from igny8_core.auth.middleware import SAFE_METHODS
from igny8_core.auth.models import Role
from igny8_core.auth.principals import Principal
from igny8_core.tenancy.context import ALL_SITES

RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.ADMIN: 2, Role.OWNER: 3}


class ScopeMissing(RoleTooLow):
    """The key was not given this scope."""

    code = "scope_missing"


class SiteScopeTooNarrow(RoleTooLow):
    """The operation is about the whole account, the credential about some of its sites."""

    code = "site_scope_too_narrow"
    message = "This concerns the whole account; your access is limited to some of its sites."


class StaffOnly(RoleTooLow):
    """The operation is for staff of the system account."""

    code = "staff_only"
    message = "This is for staff only."


class RolePermission(BasePermission):
    """Checks `view.read_role` or `view.write_role`, and for a key `<room>:read` or `<room>:write`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False for nobody (401); raises RoleTooLow or ScopeMissing for somebody without the right (403)."""
        principal = request.auth
        if not isinstance(principal, Principal):
            return False
        is_read = request.method in SAFE_METHODS
        needed: Role = view.read_role if is_read else view.write_role
        if RANK[Role(principal.user.role)] < RANK[needed]:
            raise RoleTooLow
        if getattr(view, "staff_only", False) and not principal.user.is_staff_member:
            raise StaffOnly
        if view.needs_whole_account(request.method) and principal.site_ids is not ALL_SITES:
            raise SiteScopeTooNarrow
        if principal.scopes is not None:
            scope = f"{view.room}:{'read' if is_read else 'write'}"
            if scope not in principal.scopes:
                raise ScopeMissing(f"This key lacks the scope {scope}.")
        return True
