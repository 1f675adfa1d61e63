"""The one place that resolves a credential; ids in a URL, body or header only ever narrow what it found."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout as session_logout
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken

from igny8_core.auth.addresses import client_address
from igny8_core.auth.errors import (
    CredentialExpired,
    CredentialInvalid,
    CredentialsDisagree,
    LoginFailed,
    SecondFactorRequired,
)
from igny8_core.auth.models import ApiKey, RefreshSession, Site, SiteUserAccess, User
from igny8_core.auth.principals import PRINCIPALS, CredentialKind, Principal
from igny8_core.auth.services.proof import person_prove
from igny8_core.common.clock import utc_now
from igny8_core.common.text import digest as text_digest
from igny8_core.tenancy.context import ALL_SITES, SiteScope, TenantContext, VersionProbe, tenant_transaction

API_KEY_HEADER = "HTTP_X_API_KEY"
SESSION_ROW = "igny8_sign_in"  # under which a browser session names its row

_PROBE = (
    "(SELECT context_version FROM igny8_auth_account WHERE id = %s), "
    "(SELECT context_version FROM igny8_auth_user WHERE id = %s AND is_active)"
)
_KEY_COLUMN = "(SELECT context_version FROM igny8_auth_apikey WHERE id = %s AND revoked_at IS NULL)"
_SESSION_COLUMN = "(SELECT revoked_at IS NULL FROM igny8_auth_refreshsession WHERE id = %s)"
_PROBE_KEY = f"{_PROBE}, {_KEY_COLUMN}"
_PROBE_JWT = f"{_PROBE}, {_SESSION_COLUMN}"


def resolve(request: HttpRequest, *, fresh: bool = False) -> Principal | None:
    """Try key, JWT, session, basic and return what the first one amounts to; None when there is no credential.

    With `fresh` the cache is not believed. Raises CredentialInvalid when a credential was given and does not hold, and
    CredentialsDisagree when two of them speak for different accounts, people or sites.
    """
    found = [principal for finder in _FINDERS if (principal := finder(request, fresh)) is not None]
    if not found:
        return None
    first = found[0]
    for other in found[1:]:
        if other.account.pk != first.account.pk or other.user.pk != first.user.pk:
            raise CredentialsDisagree
    return first


def _cached(kind: CredentialKind, secret: str, fresh: bool, build: Callable[[], Principal]) -> Principal:
    digest = f"{kind.value}:{text_digest(secret)}"
    principal = None if fresh else PRINCIPALS.get(digest)
    if principal is None:
        PRINCIPALS.drop(digest)
        principal = build()
        PRINCIPALS.put(digest, principal)
    return principal


def _from_api_key(request: HttpRequest, fresh: bool) -> Principal | None:
    secret = request.META.get(API_KEY_HEADER)
    if not secret:
        return None
    return _cached(CredentialKind.API_KEY, secret, fresh, lambda: _key_principal(secret))


def _key_principal(secret: str) -> Principal:
    key = (
        ApiKey.objects.select_related("user", "user__account", "user__account__plan")
        .filter(secret_hash=text_digest(secret), revoked_at=None)
        .first()
    )
    if key is None or (key.expires_at is not None and key.expires_at <= utc_now()) or not key.user.is_active:
        raise CredentialInvalid
    if key.site_id is not None and not _site_is_alive(key.account_id, key.site_id):
        raise CredentialInvalid
    account, user = key.user.account, key.user
    return Principal(
        kind=CredentialKind.API_KEY,
        credential_id=f"key:{key.pk}",
        user=user,
        account=account,
        site_ids=_site_scope(user) if key.site_id is None else _narrow(_site_scope(user), key.site_id),
        key_site_id=key.site_id,
        scopes=frozenset(key.scopes),
        expires_at=key.expires_at,
        probe=VersionProbe(
            _PROBE_KEY,
            (account.pk, user.pk, key.pk),
            (account.context_version, user.context_version, key.context_version),
        ),
    )


def _site_is_alive(account_id: int, site_id: UUID) -> bool:
    with tenant_transaction(TenantContext.of_account(account_id)):
        return Site.objects.filter(pk=site_id).exists()


def _narrow(scope: SiteScope, site_id: UUID) -> SiteScope:
    if scope is not ALL_SITES and site_id not in scope:
        return frozenset()
    return frozenset({site_id})


def _from_jwt(request: HttpRequest, fresh: bool) -> Principal | None:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return _cached(CredentialKind.JWT, token, fresh, lambda: _jwt_principal(token))


def _jwt_principal(token: str) -> Principal:
    try:
        claims = AccessToken(token)  # type: ignore[arg-type]  # the stubs want their own Token type for a raw string
        user_id, session_id, version = UUID(claims["user_id"]), UUID(claims["sid"]), int(claims["ver"])
        expires_at = datetime.fromtimestamp(claims["exp"], tz=UTC)
    except ExpiredTokenError as error:
        raise CredentialExpired from error
    except (TokenError, KeyError, ValueError) as error:
        raise CredentialInvalid from error
    session = RefreshSession.objects.filter(pk=session_id, user_id=user_id, revoked_at=None).first()
    user = _active_user(user_id)
    if session is None or user is None or user.token_version != version:
        raise CredentialInvalid
    return _person(
        user,
        CredentialKind.JWT,
        session_id=session.pk,
        expires_at=expires_at,
        probe=VersionProbe(
            _PROBE_JWT,
            (user.account_id, user.pk, session.pk),
            (user.account.context_version, user.context_version, True),
        ),
    )


def _from_session(request: HttpRequest, fresh: bool) -> Principal | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    named = request.session.get(SESSION_ROW)
    session_id = None if named is None else UUID(named)
    user = _active_user(request.user.pk, session_id=session_id)
    if user is None:
        session_logout(request)  # ended elsewhere: this browser forgets it too
        return None
    return _person(user, CredentialKind.SESSION, session_id=session_id)


def _from_basic(request: HttpRequest, fresh: bool) -> Principal | None:
    scheme, _, encoded = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    if not settings.BASIC_AUTH_ENABLED:
        raise CredentialInvalid("Basic authentication is switched off on this server; use an API key.")
    address = client_address(request.META)
    return _cached(CredentialKind.BASIC, encoded, fresh, lambda: _basic_principal(encoded, address))


def _basic_principal(encoded: str, address: str) -> Principal:
    try:
        email, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise CredentialInvalid from error
    try:
        user = person_prove(email=email, password=password, code="", address=address)
    except LoginFailed as error:
        raise CredentialInvalid from error
    except SecondFactorRequired as error:
        raise CredentialInvalid("A person with a second factor needs a token or an API key.") from error
    return _person(user, CredentialKind.BASIC)


def _active_user(user_id: UUID, *, session_id: UUID | None = None) -> User | None:
    """The person while they are active and, with a session, while that has not ended."""
    people = User.objects.select_related("account", "account__plan").filter(pk=user_id, is_active=True)
    if session_id is not None:
        alive = RefreshSession.objects.filter(pk=session_id, user_id=OuterRef("pk"), revoked_at=None)
        people = people.filter(Exists(alive))
    return people.first()


def _person(
    user: User,
    kind: CredentialKind,
    *,
    session_id: UUID | None = None,
    expires_at: datetime | None = None,
    probe: VersionProbe | None = None,
) -> Principal:
    return Principal(
        kind=kind,
        credential_id=f"user:{user.pk}",
        user=user,
        account=user.account,
        site_ids=_site_scope(user),
        key_site_id=None,
        scopes=None,
        session_id=session_id,
        expires_at=expires_at,
        probe=probe
        or VersionProbe(
            _PROBE, (user.account_id, user.pk), (user.account.context_version, user.context_version)
        ),
    )


def _site_scope(user: User) -> SiteScope:
    if user.all_sites:
        return ALL_SITES
    return frozenset(SiteUserAccess.objects.filter(user=user).values_list("site_id", flat=True))


_FINDERS = (_from_api_key, _from_jwt, _from_session, _from_basic)
