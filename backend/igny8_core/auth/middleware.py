"""Finds out who a request is for and whether the account's plan allows it, before any view runs."""

import copy
import time
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers

from igny8_core.auth.addresses import client_address
from igny8_core.auth.credentials import resolve
from igny8_core.auth.errors import CredentialExpired
from igny8_core.auth.plans import PlanInactive, plan_check
from igny8_core.auth.principals import CredentialKind, Principal
from igny8_core.auth.services import api_key_used
from igny8_core.auth.staff import ACCOUNT_HEADER, REASON_HEADER, staff_enter
from igny8_core.common.envelope import failure
from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.tenancy.redis import count_in_window

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

API_PREFIX = "/api/"

# Paths that have no tenant, each with its reason; nothing below them may touch a tenant table without a credential.
TENANTLESS_PATHS = {
    "/api/v1/auth/login/": "proves who somebody is",
    "/api/v1/auth/refresh/": "carries its own proof, the refresh token",
    "/api/v1/auth/register/": "makes an account, and nobody has one yet",
    "/api/v1/auth/password/reset/": "carries its own proof, a mailed link",
    "/api/v1/auth/invitations/accept/": "carries its own proof, a mailed link",
    "/api/schema/": "the public description of the API",
    "/api/docs/": "the public description of the API",
    "/livez/": "asked by the host's supervisor",
    "/readyz/": "asked by the host's load balancer",
    "/preview/": "serves finished files of the preview site under an unguessable token",
    "/static/": "style and script files",
    "/staff/": "staff look across accounts and act through the recorded door: api/staff_site.py lets nobody else in",
    "/sign-in/": "proves who somebody is",
    "/sign-up/": "makes an account, and nobody has one yet; carries its own proof, a mailed link",
    "/password/": "carries its own proof, a mailed link",
    "/join/": "carries its own proof, a mailed link",
}


def is_tenantless(path: str) -> bool:
    """Whether a path is served without an account."""
    return any(path.startswith(prefix) for prefix in TENANTLESS_PATHS)


KEY_NOTE_SECONDS = 60.0
KEYS_NOTED = 10_000
_KEY_NOTED: dict[str, float] = {}

GUESSES_PER_WINDOW = 20
GUESS_WINDOW_SECONDS = 60


class TooManyGuesses(DomainError):
    """An address sent many credentials that do not hold."""

    kind = ErrorKind.THROTTLED
    code = "throttled"
    retry_after_seconds = GUESS_WINDOW_SECONDS
    message = "Too many wrong credentials came from this address; wait a minute."


class AccountContextMiddleware:
    """Sets `request.principal`, `request.account` and `request.site`, or refuses.

    The API's refusal is answered here as JSON; for a page it is left as `request.refusal`, with nobody signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Resolve the credential once and check the plan."""
        principal_attach(request, None)
        if not is_tenantless(request.path):
            try:
                principal_attach(request, admitted(request))
            except DomainError as error:
                if request.path.startswith(API_PREFIX):
                    return _refusal(request, error)
                request.refusal = _counted(request, error)  # type: ignore[attr-defined]  # the console makes a page of it
        try:
            return self.get_response(request)
        finally:
            _note_key_use(request)


def admitted(request: HttpRequest, *, fresh: bool = False) -> Principal | None:
    """The request's principal after the plan check; a refusal is never made on a cached state.

    Staff with an `X-Account-ID` are inside that account, whatever its plan. Raises CredentialInvalid,
    CredentialsDisagree, PlanInactive, and for staff NotFound and StaffReadsOnly.
    """
    principal = resolve(request, fresh=fresh)
    if principal is None:
        return None
    wanted = request.META.get(ACCOUNT_HEADER)
    if wanted is not None and principal.user.is_staff_member:  # to everybody else the header means nothing
        return staff_enter(
            principal,
            wanted,
            is_write=request.method not in SAFE_METHODS,
            what=f"{request.method} {request.path}"[:200],
            reason=request.META.get(REASON_HEADER, ""),
        )
    try:
        plan_check(principal.account, is_write=request.method not in SAFE_METHODS, path=request.path)
    except PlanInactive:
        if fresh:
            raise
        return admitted(request, fresh=True)
    return principal


def principal_attach(request: HttpRequest, principal: Principal | None) -> None:
    """Put the resolved principal where views, throttles and logs look for it."""
    request.principal = principal  # type: ignore[attr-defined]  # seed contract
    request.account = principal.account if principal else None  # type: ignore[attr-defined]  # seed contract
    request.site = principal.key_site_id if principal else None  # type: ignore[assignment]  # ours, not contrib.sites
    if principal is not None:
        request.user = copy.copy(principal.user)  # the cached one is shared between requests


def _note_key_use(request: HttpRequest) -> None:
    """Write down a key's use, at most once a minute per process; after the request, so that no rollback undoes it."""
    principal: Principal | None = request.principal  # type: ignore[attr-defined]  # set by __call__
    if principal is None or principal.kind is not CredentialKind.API_KEY:
        return
    now = time.monotonic()
    if now - _KEY_NOTED.get(principal.credential_id, -KEY_NOTE_SECONDS) >= KEY_NOTE_SECONDS:
        if len(_KEY_NOTED) > KEYS_NOTED:
            _KEY_NOTED.clear()
        _KEY_NOTED[principal.credential_id] = now
        key_id = UUID(principal.credential_id.removeprefix("key:"))
        api_key_used(key_id, address=client_address(request.META))


_STATUS_OF = {ErrorKind.UNAUTHENTICATED: 401, ErrorKind.NOT_FOUND: 404, ErrorKind.THROTTLED: 429}


def _counted(request: HttpRequest, error: DomainError) -> DomainError:
    """The refusal to give: this one, or that the address has sent too many credentials that do not hold."""
    is_guess = error.kind is ErrorKind.UNAUTHENTICATED and not isinstance(error, CredentialExpired)
    return TooManyGuesses() if is_guess and _is_guessing(request) else error


def _refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    error = _counted(request, error)
    status = _STATUS_OF.get(error.kind, 403)
    body = failure(error.message, code=error.code, request_id=request.request_id)  # type: ignore[attr-defined]  # seed contract
    response = JsonResponse(body, status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    if status == 429:
        response["Retry-After"] = str(error.retry_after_seconds)  # type: ignore[attr-defined]  # every such error has it
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ("Authorization", "X-API-Key", "Cookie"))
    return response


def _is_guessing(request: HttpRequest) -> bool:
    """Count a wrong credential; whether this address has sent too many of them."""
    key = f"igny8:guesses:{client_address(request.META)}"
    return (count_in_window(key, seconds=GUESS_WINDOW_SECONDS) or 0) > GUESSES_PER_WINDOW
