"""Changing and resetting passwords; everything made with the old one stops working."""

from uuid import UUID

from igny8_core.auth.links import LinkInvalid, LinkPurpose, link_read, link_sign
from igny8_core.auth.lockout import mail_is_allowed, person_unlock
from igny8_core.auth.models import RefreshSession, User
from igny8_core.auth.services.people import password_set, user_update
from igny8_core.auth.services.proof import person_prove
from igny8_core.common.clock import utc_now
from igny8_core.common.ids import SYSTEM_ACCOUNT_ID
from igny8_core.common.text import digest
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TenantContext, tenant_transaction
from igny8_core.tenancy.queue import enqueue

MAIL_JOB = "auth.mail_password_reset"


def password_change(
    user: User, *, old_password: str, new_password: str, code: str = "", address: str = ""
) -> None:
    """Replace a password; every token and session made with the old one stops working.

    Raises PasswordTooWeak, and as `person_prove` does when old password or code are wrong.
    """
    person_prove(email=user.email, password=old_password, code=code, address=address)
    _replace(user, new_password)
    audit_write("user.password_changed", row=user)


def password_reset_request(email: str) -> None:
    """Have a reset link mailed to an address, if somebody has it; nothing tells the caller whether.

    The look-up is a job of the system account, so that the request costs the same for every address.
    """
    email = email.strip().lower()
    if not mail_is_allowed(email):
        return
    with tenant_transaction(TenantContext.of_account(SYSTEM_ACCOUNT_ID)):
        enqueue(MAIL_JOB, payload={"email": email}, dedupe_key=digest(email))


def password_reset_token(user: User) -> str:
    """The token of a reset link; it is worth nothing once the password, or a right of the person, has changed."""
    return link_sign(
        LinkPurpose.PASSWORD_RESET,
        {"user": str(user.pk), "account": user.account_id, "version": user.token_version},
    )


def password_reset(token: str, *, password: str) -> None:
    """Set a new password by a mailed link; ends a lock-out too. Raises LinkInvalid and PasswordTooWeak."""
    values = link_read(LinkPurpose.PASSWORD_RESET, token)
    with tenant_transaction(TenantContext.of_account(values["account"])):
        user = (
            User.objects.select_for_update()
            .filter(pk=UUID(values["user"]), token_version=values["version"], is_active=True)
            .first()
        )
        if user is None:
            raise LinkInvalid
        _replace(user, password)
        audit_write("user.password_reset", row=user)
    person_unlock(user.email)


def _replace(user: User, password: str) -> None:
    password_set(user, password)
    RefreshSession.objects.filter(user=user, revoked_at=None).update(revoked_at=utc_now())
    user_update(user, password=user.password)
