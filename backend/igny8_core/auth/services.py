"""Every write to identity tables: accounts, people, sites, keys, sign-ins; each in one transaction."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from igny8_core.auth.credentials import secret_hash
from igny8_core.auth.errors import (
    CredentialInvalid,
    EmailTaken,
    LoginFailed,
    PasswordTooWeak,
    PlanLimitReached,
    RoleTooLow,
    ScopeUnknown,
    SectorTaken,
    SiteTaken,
)
from igny8_core.auth.models import (
    Account,
    ApiKey,
    Plan,
    PlanStatus,
    RefreshSession,
    Role,
    Sector,
    Site,
    SiteUserAccess,
    User,
)
from igny8_core.auth.selectors import plan_allowance
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.text import slugify
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import ALL_SITES, TENANT_ALIAS, TenantContext, current_context, tenant_scope
from igny8_core.tenancy.softdelete import row_restore

KEY_PREFIX = "igny8_"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in gives: the tokens are shown to this caller alone."""

    user: User
    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key's row and, this once, its secret."""

    key: ApiKey
    secret: str


def account_create(*, name: str, email: str, password: str, plan_code: str = "trial") -> User:
    """Make an account with its owner; returns the owner.

    Raises EmailTaken and PasswordTooWeak.
    """
    plan = Plan.objects.get(code=plan_code)
    with transaction.atomic(using=TENANT_ALIAS):
        account = Account.objects.create(name=name, plan=plan, plan_status=PlanStatus.TRIALING)
        context = TenantContext(
            account_id=account.pk, site_ids=ALL_SITES, actor_id=None, request_id=str(uuid4())
        )
        with tenant_scope(context):
            owner = user_create(email=email, password=password, role=Role.OWNER)
            audit_write("account.created", row=account)
    return owner


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
    _password_set(user, password)
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


def _password_set(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(fields={"password": error.messages}) from error
    user.set_password(password)


def user_update(user: User, **fields: Any) -> User:
    """Change a person's name, role, active state or site rule; whatever narrows ends their tokens at once.

    Raises NotFound for somebody of another account.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        # Read again under a lock: a copy that somebody else changed meanwhile must not be written back.
        row = (
            User.objects.select_for_update()
            .filter(pk=user.pk, account_id=current_context().account_id)
            .first()
        )
        if row is None:
            raise NotFound
        if fields.get("is_active") and not row.is_active:
            _seat_check()
        for name, value in fields.items():
            setattr(row, name, value)
        row.context_version += 1
        row.save(update_fields=[*fields, "context_version"])
        audit_write("user.changed", row=row, detail={"fields": sorted(fields)})
    return row


def member_change(user: User, *, by: User, site_ids: Iterable[UUID] | None = None, **fields: Any) -> User:
    """Change another person on behalf of an admin; the owner and the admin's own row are out of reach.

    Raises RoleTooLow, and NotFound for a site that is not the account's.
    """
    if user.role == Role.OWNER or user.pk == by.pk:
        raise RoleTooLow("The owner and your own membership cannot be changed here.")
    if site_ids is not None:
        user_sites_set(user, site_ids)
    return user_update(user, **fields)


def user_sites_set(user: User, site_ids: Iterable[UUID]) -> None:
    """Limit a person to the given sites. Raises NotFound when one of them is not the account's."""
    wanted = set(site_ids)
    if Site.objects.filter(pk__in=wanted).count() != len(wanted):
        raise NotFound
    SiteUserAccess.objects.filter(user=user).delete()
    SiteUserAccess.objects.bulk_create(
        SiteUserAccess(account_id=user.account_id, user=user, site_id=site_id) for site_id in wanted
    )
    user_update(user, all_sites=False)


def password_change(user: User, *, old_password: str, new_password: str) -> None:
    """Replace a password; every token and session made with the old one stops working.

    Raises LoginFailed (wrong old password) and PasswordTooWeak.
    """
    if not user.check_password(old_password):
        raise LoginFailed("The current password is wrong.")
    _password_set(user, new_password)
    RefreshSession.objects.filter(user=user, revoked_at=None).update(revoked_at=utc_now())
    user_update(user, password=user.password)


def login(*, email: str, password: str, user_agent: str = "") -> TokenPair:
    """Sign in with e-mail and password. Raises LoginFailed; a missing person costs the time of a wrong password."""
    user = User.objects.select_related("account").filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        make_password(password)
        raise LoginFailed
    if not check_password(password, user.password):
        raise LoginFailed
    session = RefreshSession(
        account_id=user.account_id,
        user=user,
        token_id=uuid4(),
        expires_at=utc_now(),
        user_agent=user_agent[:200],
    )
    return _tokens(user, session)


def _tokens(user: User, session: RefreshSession) -> TokenPair:
    refresh, access = RefreshToken(), AccessToken()
    session.token_id = uuid4()
    session.expires_at = datetime.fromtimestamp(refresh["exp"], tz=utc_now().tzinfo)
    session.save()
    refresh["jti"] = str(session.token_id)
    for token in (refresh, access):
        token["user_id"], token["sid"], token["ver"] = str(user.pk), str(session.pk), user.context_version
    return TokenPair(user=user, access=str(access), refresh=str(refresh))


def token_refresh(token: str) -> TokenPair:
    """Rotate a refresh token; using an old one again ends the whole sign-in. Raises CredentialInvalid."""
    try:
        claims = RefreshToken(token)  # type: ignore[arg-type]  # the stubs want their own Token type
        session_id, token_id, version = UUID(claims["sid"]), UUID(claims["jti"]), int(claims["ver"])
    except (TokenError, KeyError, ValueError) as error:
        raise CredentialInvalid from error
    with transaction.atomic(using=TENANT_ALIAS):
        session = RefreshSession.objects.select_for_update().filter(pk=session_id, revoked_at=None).first()
        user = User.objects.filter(pk=session.user_id, is_active=True).first() if session else None
        if session is not None and user is not None and user.context_version == version:
            if session.token_id == token_id:
                return _tokens(user, session)
            session.revoked_at = utc_now()
            session.save()
    raise CredentialInvalid


def logout(session_id: UUID, *, user_id: UUID) -> None:
    """End one sign-in of a person; its access token stops at once. Ending it twice is no error."""
    RefreshSession.objects.filter(pk=session_id, user_id=user_id, revoked_at=None).update(
        revoked_at=utc_now()
    )


def api_key_create(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    allowed_scopes: Iterable[str],
    site_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Make an API key in a person's name; its secret is in the answer and nowhere else.

    Raises ScopeUnknown and NotFound (a site that is not the account's).
    """
    wanted = sorted(set(scopes))
    unknown = set(wanted) - set(allowed_scopes)
    if unknown or not wanted:
        raise ScopeUnknown(fields={"scopes": [f"Unknown: {', '.join(sorted(unknown)) or 'none given'}."]})
    if site_id is not None and not Site.objects.filter(pk=site_id).exists():
        raise NotFound
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        account_id=user.account_id,
        user=user,
        name=name,
        prefix=secret[:12],
        secret_hash=secret_hash(secret),
        scopes=wanted,
        site_id=site_id,
        expires_at=expires_at,
    )
    audit_write("api_key.created", row=key, detail={"scopes": wanted})
    return NewApiKey(key=key, secret=secret)


def api_key_revoke(key_id: UUID) -> None:
    """Stop a key of the current account at once. Raises NotFound; revoking twice is no error."""
    keys = ApiKey.objects.filter(pk=key_id, account_id=current_context().account_id)
    if not keys.exists():
        raise NotFound
    keys.filter(revoked_at=None).update(revoked_at=utc_now(), context_version=F("context_version") + 1)
    audit_write("api_key.revoked", detail={"key_id": str(key_id)})


def site_create(*, name: str, domain: str, language: str = "en") -> Site:
    """Add a site to the current account. Raises SiteTaken and PlanLimitReached."""
    _site_room_check()
    site = Site(name=name, domain=domain.strip().lower(), language=language)
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            site.save()
    except IntegrityError as error:
        raise SiteTaken from error
    audit_write("site.created", row=site)
    return site


def _site_room_check() -> None:
    room = plan_allowance("max_sites", Site.objects.all())
    if room.used >= room.allowed:
        raise PlanLimitReached(f"The plan allows {room.allowed} sites.")


def site_restore(model: type[Site], site_id: UUID) -> Site:
    """Bring back a deleted site with what went with it.

    Raises NotFound, DeletedRowCollision and PlanLimitReached.
    """
    _site_room_check()
    row_restore(model, site_id)
    return Site.objects.get(pk=site_id)


def site_update(site: Site, **fields: Any) -> Site:
    """Change a site's name, domain or language. Raises SiteTaken."""
    if "domain" in fields:
        fields["domain"] = fields["domain"].strip().lower()
    for name, value in fields.items():
        setattr(site, name, value)
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            site.save()
    except IntegrityError as error:
        raise SiteTaken from error
    return site


def sector_create(*, site: Site, name: str) -> Sector:
    """Add a sector to a site. Raises SectorTaken, and NotFound for a foreign site."""
    sector = Sector(site=site, name=name, slug=slugify(name, max_length=60))
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            sector.save()
    except IntegrityError as error:
        raise SectorTaken from error
    return sector


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
