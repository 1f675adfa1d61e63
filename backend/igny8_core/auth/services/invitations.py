"""Invitations: somebody may join under an address, and only whoever reads that address's mail can take it up."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from igny8_core.auth.errors import EmailTaken, InvitationClosed
from igny8_core.auth.links import LinkInvalid, LinkPurpose, link_read, link_sign
from igny8_core.auth.models import Invitation, Role, Site, User
from igny8_core.auth.services.people import user_create, user_sites_set
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, TenantContext, tenant_transaction
from igny8_core.tenancy.queue import enqueue
from igny8_core.tenancy.softdelete import row_delete

MAIL_JOB = "auth.mail_invitation"


def invitation_create(
    *, email: str, role: Role, by: User, site_ids: Iterable[UUID] | None = None
) -> Invitation:
    """Invite an address, or renew the invitation that is open; the link is mailed by a job.

    The answer is the same whether the address belongs to somebody already: only its mail tells.
    Raises NotFound for a site that is not the account's.
    """
    email, wanted = email.strip().lower(), None if site_ids is None else sorted(set(site_ids))
    if wanted is not None and Site.objects.filter(pk__in=wanted).count() != len(wanted):
        raise NotFound
    with transaction.atomic(using=TENANT_ALIAS):
        row = Invitation.objects.select_for_update().filter(email=email, accepted_at=None).first()
        row = row or Invitation(email=email)
        row.role, row.invited_by = role, by
        row.all_sites, row.site_ids = wanted is None, [str(site_id) for site_id in wanted or ()]
        _renew(row)
        audit_write("invitation.created", row=row, detail={"role": role})
    return row


def invitation_resend(invitation: Invitation) -> Invitation:
    """Mail an open or expired invitation again, with its time begun anew. Raises InvitationClosed."""
    if invitation.accepted_at is not None:
        raise InvitationClosed
    with transaction.atomic(using=TENANT_ALIAS):
        _renew(invitation)
        audit_write("invitation.resent", row=invitation)
    return invitation


def _renew(row: Invitation) -> None:
    row.expires_at = utc_now() + timedelta(seconds=LinkPurpose.INVITATION.seconds)
    row.save()
    enqueue(MAIL_JOB, payload={"invitation_id": str(row.pk)}, dedupe_key=str(row.pk))


def invitation_revoke(invitation: Invitation) -> None:
    """Take an invitation back; its link stops working. Raises InvitationClosed when it was taken up."""
    if invitation.accepted_at is not None:
        raise InvitationClosed
    with transaction.atomic(using=TENANT_ALIAS):
        row_delete(invitation)
        audit_write("invitation.revoked", row=invitation)


def invitations_resend(invitation_ids: Iterable[UUID]) -> int:
    """Mail several invitations again, all or none; returns how many. Raises InvitationClosed and NotFound."""
    rows = _locked(invitation_ids)
    for row in rows:
        invitation_resend(row)
    return len(rows)


def invitations_revoke(invitation_ids: Iterable[UUID]) -> int:
    """Take several invitations back, all or none; returns how many. Raises InvitationClosed and NotFound."""
    rows = _locked(invitation_ids)
    for row in rows:
        invitation_revoke(row)
    return len(rows)


def _locked(invitation_ids: Iterable[UUID]) -> list[Invitation]:
    """Several invitations, locked until the commit and checked before any is changed. Raises as they do."""
    wanted = set(invitation_ids)
    rows = list(Invitation.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    if len(rows) != len(wanted):
        raise NotFound
    if any(row.accepted_at is not None for row in rows):
        raise InvitationClosed
    return rows


def invitation_token(invitation: Invitation) -> str:
    """The token of an invitation's link."""
    return link_sign(
        LinkPurpose.INVITATION, {"account": invitation.account_id, "invitation": str(invitation.pk)}
    )


def invitation_accept(
    token: str, *, name: str, password: str, on_joined: Callable[[User], None] | None = None
) -> User:
    """Join the account that a link invites to; returns the new person.

    `on_joined` is called in the account's scope and in the same transaction.
    Raises LinkInvalid (used, revoked, expired, or the address is taken meanwhile), PasswordTooWeak and
    PlanLimitReached.
    """
    values = link_read(LinkPurpose.INVITATION, token)
    with tenant_transaction(TenantContext.of_account(values["account"])):
        row = (
            Invitation.objects.select_for_update()
            .filter(pk=values["invitation"], accepted_at=None, expires_at__gt=utc_now())
            .first()
        )
        if row is None:
            raise LinkInvalid
        try:
            user = user_create(email=row.email, password=password, role=Role(row.role), name=name)
        except EmailTaken as error:
            raise LinkInvalid from error
        if not row.all_sites:
            _limit(user, row)
        row.accepted_at = utc_now()
        row.save(update_fields=["accepted_at"])
        audit_write("invitation.accepted", row=row, detail={"user_id": str(user.pk)})
        if on_joined is not None:
            on_joined(user)
    return User.objects.select_related("account").get(pk=user.pk)


def _limit(user: User, row: Invitation) -> None:
    """Sites that were deleted since are left out; with none left the person sees no site, never all."""
    alive = Site.objects.filter(pk__in=row.site_ids).values_list("pk", flat=True)
    user_sites_set(user, alive)
