"""Signing in and out: tokens, their rotation, and the sessions that they belong to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from igny8_core.auth.errors import CredentialInvalid
from igny8_core.auth.models import RefreshSession, SessionKind, User
from igny8_core.auth.plans import plan_check
from igny8_core.auth.services.proof import person_prove
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, TenantContext, current_context, tenant_transaction


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in gives: the tokens are shown to this caller alone."""

    user: User
    access: str
    refresh: str


def login(*, email: str, password: str, code: str = "", address: str = "", user_agent: str = "") -> TokenPair:
    """Sign in with e-mail, password and, with a second factor, its code.

    Raises LockedOut, LoginFailed, SecondFactorRequired, SecondFactorWrong and PlanInactive.
    """
    user = person_admit(email=email, password=password, code=code, address=address)
    return session_begin(user, user_agent=user_agent)


def person_admit(*, email: str, password: str, code: str = "", address: str = "") -> User:
    """Prove who somebody is, and that their account's plan lets them in; no session is begun.

    Raises LockedOut, LoginFailed, SecondFactorRequired, SecondFactorWrong and PlanInactive.
    """
    user = person_prove(email=email, password=password, code=code, address=address)
    plan_check(user.account, is_write=False)
    return user


def console_session_begin(
    user: User, start: Callable[[User, RefreshSession], None], *, user_agent: str = ""
) -> None:
    """Have `start` begin a browser session for a person who has proven who they are, and put it on record.

    The session that it begins names the row, ends with it, and lives no longer than the row says.
    """
    session = RefreshSession(
        account_id=user.account_id,
        user=user,
        kind=SessionKind.CONSOLE,
        token_id=uuid4(),  # of no token
        expires_at=utc_now() + timedelta(seconds=settings.SESSION_COOKIE_AGE),
        user_agent=user_agent[:200],
    )
    with tenant_transaction(TenantContext.of_account(user.account_id, actor_id=user.pk)):
        session.save()
        start(user, session)
        audit_write("user.signed_in", row=user, detail={"where": "console", "session_id": str(session.pk)})


def session_begin(user: User, *, user_agent: str = "") -> TokenPair:
    """Begin a session for a person who has proven who they are."""
    with tenant_transaction(TenantContext.of_account(user.account_id, actor_id=user.pk)):
        session = RefreshSession(account_id=user.account_id, user=user, user_agent=user_agent[:200])
        pair = tokens_issue(user, session)
        User.objects.filter(pk=user.pk).update(last_login=utc_now())
        audit_write("user.signed_in", row=user, detail={"session_id": str(session.pk)})
    return pair


def tokens_issue(user: User, session: RefreshSession) -> TokenPair:
    """Make the session's next two tokens; the former refresh token is used up."""
    refresh, access = RefreshToken(), AccessToken()
    session.token_id = uuid4()
    session.expires_at = datetime.fromtimestamp(refresh["exp"], tz=UTC)
    session.save()
    refresh["jti"] = str(session.token_id)
    for token in (refresh, access):
        token["user_id"], token["sid"], token["ver"] = str(user.pk), str(session.pk), user.token_version
    return TokenPair(user=user, access=str(access), refresh=str(refresh))


def token_refresh(token: str) -> TokenPair:
    """Rotate a refresh token; using an old one again ends the whole sign-in.

    Raises CredentialInvalid, and PlanInactive where the account may not even read.
    """
    try:
        claims = RefreshToken(token)  # type: ignore[arg-type]  # the stubs want their own Token type
        session_id, token_id, version = UUID(claims["sid"]), UUID(claims["jti"]), int(claims["ver"])
    except (TokenError, KeyError, ValueError) as error:
        raise CredentialInvalid from error
    pair = None
    with transaction.atomic(using=TENANT_ALIAS):
        session = RefreshSession.objects.select_for_update().filter(pk=session_id, revoked_at=None).first()
        user = _person_of(session)
        if session is not None and user is not None and user.token_version == version:
            plan_check(user.account, is_write=False)
            if session.token_id == token_id:
                pair = tokens_issue(user, session)
            else:
                session.revoked_at = utc_now()  # kept: the refusal is raised after the commit
                session.save(update_fields=["revoked_at"])
    if pair is None:
        raise CredentialInvalid
    return pair


def _person_of(session: RefreshSession | None) -> User | None:
    if session is None:
        return None
    people = User.objects.select_related("account", "account__plan")
    return people.filter(pk=session.user_id, is_active=True).first()


def logout(session_id: UUID, *, user_id: UUID) -> None:
    """End one sign-in of a person; its access token stops at once. Ending it twice is no error."""
    RefreshSession.objects.filter(pk=session_id, user_id=user_id, revoked_at=None).update(
        revoked_at=utc_now()
    )


def session_end(session_id: UUID, *, user: User) -> None:
    """End one of a person's own sign-ins, on another device say. Raises NotFound."""
    if not RefreshSession.objects.filter(pk=session_id, user=user, revoked_at=None).update(
        revoked_at=utc_now()
    ):
        raise NotFound
    audit_write("user.session_ended", row=user, detail={"session_id": str(session_id)})


def sessions_end(session_ids: Iterable[UUID], *, user: User) -> int:
    """End several of a person's own sign-ins, all or none; returns how many. Raises NotFound."""
    wanted = set(session_ids)
    with transaction.atomic(using=TENANT_ALIAS):
        for session_id in sorted(wanted):
            session_end(session_id, user=user)
    return len(wanted)


def sessions_end_others(user: User, *, keep: UUID | None) -> User:
    """End every sign-in of a person but the one to keep; returns the person as they are now.

    What was made before, tokens and sessions without a row included, stops; the caller ties the kept session to the
    person anew.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        rows = RefreshSession.objects.filter(user=user, revoked_at=None)
        n = (rows if keep is None else rows.exclude(pk=keep)).update(revoked_at=utc_now())
        User.objects.filter(pk=user.pk, account_id=current_context().account_id).update(
            context_version=F("context_version") + 1, token_version=F("token_version") + 1
        )
        audit_write("user.signed_out_elsewhere", row=user, detail={"sessions": n})
    return User.objects.select_related("account", "account__plan").get(pk=user.pk)


def sessions_purge(*, older_than_days: int = 30) -> int:
    """Remove sign-ins of every account that expired so long ago; returns how many."""
    before = utc_now() - timedelta(days=older_than_days)
    return RefreshSession.objects.filter(expires_at__lt=before).delete()[0]


def logout_everywhere(user: User) -> None:
    """End every sign-in of a person, console sessions included."""
    with transaction.atomic(using=TENANT_ALIAS):
        RefreshSession.objects.filter(user=user, revoked_at=None).update(revoked_at=utc_now())
        User.objects.filter(pk=user.pk, account_id=current_context().account_id).update(
            context_version=F("context_version") + 1, token_version=F("token_version") + 1
        )
        audit_write("user.signed_out_everywhere", row=user)
