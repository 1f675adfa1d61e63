"""Registration: an account is made only by who reads the address's mail, so nobody learns whose addresses exist."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from igny8_core.auth import services as identity
from igny8_core.auth.errors import EmailTaken
from igny8_core.auth.links import LinkInvalid, LinkPurpose, link_read, link_sign
from igny8_core.auth.lockout import mail_is_allowed
from igny8_core.auth.models import Account, Invitation, Role, User
from igny8_core.auth.plans import TRIAL_DAYS
from igny8_core.common.ids import SYSTEM_ACCOUNT_ID
from igny8_core.common.text import digest, excerpt
from igny8_core.modules.auth.errors import RegistrationClosed
from igny8_core.modules.auth.mails import mail_send
from igny8_core.modules.billing.services import trial_grant
from igny8_core.modules.system.services import notify
from igny8_core.modules.system.types import NotificationKind
from igny8_core.tenancy.context import (
    TENANT_ALIAS,
    TenantContext,
    current_context,
    tenant_scope,
    tenant_transaction,
)
from igny8_core.tenancy.queue import enqueue

NAME_IN_MAIL = 60  # a name is somebody's own text: short enough to carry no message of its own


def registration_request(*, email: str, name: str, account_name: str) -> None:
    """Have a confirmation mailed to an address; nothing is made yet, and nothing tells whether it is taken.

    Raises RegistrationClosed.
    """
    if not settings.REGISTRATION_OPEN:
        raise RegistrationClosed
    email = email.strip().lower()
    if mail_is_allowed(email):
        payload = {"email": email, "name": name, "account_name": account_name}
        with tenant_transaction(TenantContext.of_account(SYSTEM_ACCOUNT_ID)):
            enqueue("auth.mail_registration", payload=payload, dedupe_key=digest(email))


def registration_confirm(token: str, *, password: str) -> User:
    """Make the account with its owner, whom it returns, and its trial credits.

    Raises LinkInvalid (also when the link was used), PasswordTooWeak and RegistrationClosed.
    """
    if not settings.REGISTRATION_OPEN:
        raise RegistrationClosed
    values = link_read(LinkPurpose.REGISTRATION, token)
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            owner = identity.account_create(
                name=values["account_name"],
                email=values["email"],
                password=password,
                owner_name=values["name"],
                trial_days=TRIAL_DAYS,
            )
            with tenant_scope(TenantContext.of_account(owner.account_id, actor_id=owner.pk)):
                trial_grant()
    except EmailTaken as error:
        raise LinkInvalid from error
    return owner


def invitation_take_up(token: str, *, name: str, password: str) -> User:
    """Join the account that a link invites to, and tell its admins. Raises what `invitation_accept` raises."""
    return identity.invitation_accept(token, name=name, password=password, on_joined=_joined_tell)


def _joined_tell(user: User) -> None:
    notify(
        NotificationKind.MEMBER_JOINED,
        f"{user.name or user.email} joined the account.",
        dedupe_key=f"member:{user.pk}",
        lowest_role=Role.ADMIN,
        target_kind="member",
        target_id=user.pk,
    )


def registration_mail(*, email: str, name: str, account_name: str) -> None:
    """Mail the confirmation, or that the address has an account already."""
    if _is_taken(email):
        mail_send("registration_taken", to=email, email=email)
        return
    values = {"email": email, "name": name, "account_name": account_name}
    mail_send("registration", to=email, token=link_sign(LinkPurpose.REGISTRATION, values))


def password_reset_mail(*, email: str) -> None:
    """Mail a reset link to the active person who has the address; for any other address nothing is sent."""
    with tenant_transaction():
        user = User.objects.filter(email=email, is_active=True).first()
    if user is not None:
        mail_send("password_reset", to=email, token=identity.password_reset_token(user))


def invitation_mail(invitation_id: UUID) -> None:
    """Mail an invitation that is still open; somebody who has an account elsewhere is told so."""
    with tenant_transaction():
        row = Invitation.objects.filter(pk=invitation_id, accepted_at=None).first()
        account = Account.objects.get(pk=current_context().account_id)
        inviter = row.invited_by if row else None
    if row is None:
        return
    values = {
        "account_name": excerpt(account.name, max_length=NAME_IN_MAIL),
        "inviter": excerpt(
            (inviter.name or inviter.email) if inviter else "Somebody", max_length=NAME_IN_MAIL
        ),
    }
    if _is_taken(row.email):
        mail_send("invitation_taken", to=row.email, **values)
    else:
        mail_send("invitation", to=row.email, role=row.role, token=identity.invitation_token(row), **values)


def _is_taken(email: str) -> bool:
    with tenant_transaction():
        return User.objects.filter(email=email).exists()
