"""API keys: made in a person's name, shown once, rotated, revoked, and marked when they were used."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from igny8_core.auth.errors import KeyOfAnother, ScopeUnknown
from igny8_core.auth.models import ApiKey, Site, User
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.text import digest
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, current_context

KEY_PREFIX = "igny8_"
VISIBLE_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key's row and, this once, its secret."""

    key: ApiKey
    secret: str


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
    secret = _secret_new()
    key = ApiKey.objects.create(
        account_id=user.account_id,
        user=user,
        name=name,
        prefix=secret[:VISIBLE_CHARACTERS],
        secret_hash=digest(secret),
        scopes=wanted,
        site_id=site_id,
        expires_at=expires_at,
    )
    audit_write("api_key.created", row=key, detail={"scopes": wanted})
    return NewApiKey(key=key, secret=secret)


def api_key_rotate(key_id: UUID, *, by: User) -> NewApiKey:
    """Give a person's own key a new secret; the old one stops at once.

    Raises NotFound, and KeyOfAnother for a key in another person's name: its holder could do what that person may.
    """
    key = (
        ApiKey.objects.select_for_update()
        .filter(pk=key_id, account_id=current_context().account_id, revoked_at=None)
        .first()
    )
    if key is None:
        raise NotFound
    if key.user_id != by.pk:
        raise KeyOfAnother
    secret = _secret_new()
    key.prefix, key.secret_hash = secret[:VISIBLE_CHARACTERS], digest(secret)
    key.context_version += 1
    key.save(update_fields=["prefix", "secret_hash", "context_version"])
    audit_write("api_key.rotated", row=key)
    return NewApiKey(key=key, secret=secret)


def api_key_revoke(key_id: UUID) -> None:
    """Stop a key of the current account at once. Raises NotFound; revoking twice is no error."""
    keys = ApiKey.objects.filter(pk=key_id, account_id=current_context().account_id)
    if not keys.exists():
        raise NotFound
    if keys.filter(revoked_at=None).update(revoked_at=utc_now(), context_version=F("context_version") + 1):
        audit_write("api_key.revoked", row=keys.get())


def api_keys_revoke(key_ids: Iterable[UUID]) -> int:
    """Stop several keys of the current account at once, all or none; returns how many. Raises NotFound."""
    wanted = set(key_ids)
    with transaction.atomic(using=TENANT_ALIAS):
        for key_id in sorted(wanted):
            api_key_revoke(key_id)
    return len(wanted)


def api_key_used(key_id: UUID, *, address: str) -> None:
    """Note when and from where a key was last used; in a statement of its own, whatever became of the request."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=utc_now(), last_used_ip=address or None)


def _secret_new() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(32)
