"""Request limits per scope, account and credential, counted in Redis by one script in one round trip."""

import time
from typing import Any

from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from igny8_core.auth.addresses import client_address
from igny8_core.auth.principals import Principal
from igny8_core.tenancy.redis import count_in_window

_RATES: dict[str, tuple[int, int]] = {}


def _rate(scope: str) -> tuple[int, int]:
    if scope not in _RATES:
        parse = SimpleRateThrottle.parse_rate
        limit, seconds = parse(None, api_settings.DEFAULT_THROTTLE_RATES[scope])  # type: ignore[arg-type]  # no self used
        _RATES[scope] = (limit or 0, seconds or 60)
    return _RATES[scope]


class ScopedThrottle(BaseThrottle):
    """Allows `DEFAULT_THROTTLE_RATES[view.throttle_scope]` requests per window.

    The key is scope, account and credential; the peer's address counts for anonymous requests alone. Without Redis
    requests pass and a warning is logged: a lost counter must not stop everybody's work.
    """

    wait_seconds: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; leaves the figures for the X-Throttle headers on the request."""
        scope = getattr(view, "throttle_scope", None) or "default"
        limit, seconds = _rate(scope)
        now = time.time()
        window = int(now // seconds)
        reset = (window + 1) * seconds
        count = count_in_window(f"igny8:throttle:{scope}:{self.ident(request)}:{window}", seconds=seconds)
        if count is None:
            return True
        request._request.throttle_state = (limit, max(0, limit - count), reset)  # type: ignore[attr-defined]  # for headers
        if count <= limit:
            return True
        self.wait_seconds = reset - now
        return False

    def wait(self) -> float | None:
        """Seconds until the window ends."""
        return self.wait_seconds

    def ident(self, request: Request) -> str:
        """Whose counter this is."""
        principal = request.auth
        if isinstance(principal, Principal):
            return f"{principal.account.pk}:{principal.credential_id}"
        return f"ip:{client_address(request.META)}"
