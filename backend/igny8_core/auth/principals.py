"""What a resolved credential amounts to, and the in-process cache of it; versions read at BEGIN keep it honest."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from igny8_core.auth.models import Account, Role, User
from igny8_core.common.clock import utc_now
from igny8_core.tenancy.context import SiteScope, TenantContext, VersionProbe


class CredentialKind(Enum):
    """The four kinds of credential, in the order in which they are tried."""

    API_KEY = "key"
    JWT = "jwt"
    SESSION = "session"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """That a member of staff acts inside an account that is not theirs."""

    home: Callable[[str], TenantContext]  # the system account's context, by request id
    reason: str
    what: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request acts for: final before any view, read-only, shared between requests of one credential."""

    kind: CredentialKind
    credential_id: str
    user: User
    account: Account
    site_ids: SiteScope
    key_site_id: UUID | None
    scopes: frozenset[str] | None
    expires_at: datetime | None
    probe: VersionProbe
    session_id: UUID | None = None  # the sign-in that a token belongs to
    entry: StaffEntry | None = None

    @property
    def role(self) -> Role:
        """The role in the account: staff who entered it count as an admin, never as its owner."""
        return Role(self.user.role) if self.entry is None else Role.ADMIN

    @property
    def is_expired(self) -> bool:
        """Whether the credential's time is over."""
        return self.expires_at is not None and self.expires_at <= utc_now()

    def context(self, request_id: str) -> TenantContext:
        """The tenant context of a request of this principal."""
        return TenantContext(
            account_id=self.account.pk,
            site_ids=self.site_ids,
            actor_id=self.user.pk,
            request_id=request_id,
            probe=self.probe,
        )


class PrincipalCache:
    """The most recently used principals of this process by digest of their credential; never an authority."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, Principal] = OrderedDict()

    def get(self, digest: str) -> Principal | None:
        """The cached principal, unless its time is over."""
        with self._lock:
            principal = self._entries.get(digest)
            if principal is None:
                return None
            if principal.is_expired:
                del self._entries[digest]
                return None
            self._entries.move_to_end(digest)
            return principal

    def put(self, digest: str, principal: Principal) -> None:
        """Keep a principal; the least recently used one makes room."""
        with self._lock:
            self._entries[digest] = principal
            self._entries.move_to_end(digest)
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def drop(self, digest: str) -> None:
        """Forget one credential."""
        with self._lock:
            self._entries.pop(digest, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


PRINCIPALS = PrincipalCache(size=10_000)
