"""The four DRF authentication classes; each only reads what AccountContextMiddleware resolved."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as DRFSessionAuthentication
from rest_framework.request import Request

from igny8_core.auth.principals import CredentialKind, Principal


class PrincipalAuthentication(BaseAuthentication):
    """Accepts the request when its principal came from this class's kind of credential."""

    kind: ClassVar[CredentialKind]

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Principal] | None:
        """The user and principal, or None for the next class to try."""
        principal: Principal | None = getattr(request._request, "principal", None)
        if principal is None or principal.kind is not self.kind:
            return None
        return request._request.user, principal  # type: ignore[return-value]  # set by the middleware, never anonymous

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return 'Bearer realm="api"'


class APIKeyAuthentication(PrincipalAuthentication):
    """`X-API-Key: <key>`; a key of one site fixes account and site."""

    kind = CredentialKind.API_KEY


class JWTAuthentication(PrincipalAuthentication):
    """`Authorization: Bearer <access token>`."""

    kind = CredentialKind.JWT


class SessionAuthentication(PrincipalAuthentication):
    """The console's session cookie; unsafe methods need the CSRF token."""

    kind = CredentialKind.SESSION

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Principal] | None:
        """As the base class, after the CSRF check."""
        found = super().authenticate(request)
        if found is not None:
            DRFSessionAuthentication().enforce_csrf(request)
        return found


class BasicAuthentication(PrincipalAuthentication):
    """E-mail and password on each request; off in production by default."""

    kind = CredentialKind.BASIC


def principal_of(request: Any) -> Principal:
    """The principal of an authenticated request."""
    principal: Principal = request.auth
    return principal
