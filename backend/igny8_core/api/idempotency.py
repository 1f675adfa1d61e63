"""`Idempotency-Key` on POST: the same key and body give the first answer again, never a second effect."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.authentication import principal_of
from igny8_core.api.renderers import as_json
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.tenancy.context import (
    TENANT_ALIAS,
    TenantContext,
    site_scope_parse,
    site_scope_text,
    tenant_transaction,
)
from igny8_core.tenancy.models import IdempotencyKey

HEADER = "HTTP_IDEMPOTENCY_KEY"
LOCK = timedelta(seconds=60)
MAX_LENGTH = 200
MAX_PATH = 300


class IdempotencyKeyInvalid(DomainError):
    """The key is empty, too long or not printable."""

    code = "idempotency_key_invalid"
    message = f"Idempotency-Key must be 1 to {MAX_LENGTH} printable ASCII characters."


class IdempotencyKeyReused(DomainError):
    """The key came before with another body."""

    kind = ErrorKind.UNPROCESSABLE
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used with another body."


class IdempotencyInFlight(DomainError):
    """The first request with this key has not been answered yet."""

    kind = ErrorKind.CONFLICT
    code = "idempotency_in_flight"
    message = "A request with this Idempotency-Key is still running; try again in a moment."


class IdempotencyOutOfScope(DomainError):
    """The first answer may speak of sites that the caller can no longer see."""

    kind = ErrorKind.FORBIDDEN
    code = "idempotency_out_of_scope"
    message = "Your access has changed since the first request with this Idempotency-Key; use a new key."


def idempotency_key(request: Request) -> str | None:
    """The request's key, or None; raises IdempotencyKeyInvalid."""
    key: str | None = request.META.get(HEADER)
    if request.method != "POST" or key is None:
        return None
    if not 1 <= len(key) <= MAX_LENGTH or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyInvalid
    return key


def run_once(
    request: Request,
    key: str,
    context: TenantContext,
    work: Callable[[], Response],
    *,
    network: bool,
    secrets: tuple[str, ...] = (),
) -> Response:
    """Do `work` and keep its answer in one transaction, or give the answer that is kept.

    A refused or failed request frees the key, also when the refusal was returned, so that what it wrote stays; fields
    named in `secrets` are not kept. With `network` the work opens its own transactions and the answer is kept after it.
    Raises IdempotencyKeyReused, IdempotencyOutOfScope, and IdempotencyInFlight, also at the end of a request so slow
    that another one has taken the key over: its work, unless `network`, is rolled back.
    """
    row = _claim(request, key, context)
    if row.is_answered:
        response = Response(row.body, status=row.status_code, headers=row.headers)
        response["Idempotent-Replayed"] = "true"
        return response
    try:
        if network:
            response = work()
            with tenant_transaction(context):
                _settle(row, response, secrets)
            return response
        with tenant_transaction(context):
            response = work()
            _settle(row, response, secrets)
            return response
    except BaseException:
        # Without the probe: the key must be freed also when the context has become stale.
        with tenant_transaction(replace(context, probe=None)):
            _free(row)
        raise


def _claim(request: Request, key: str, context: TenantContext) -> IdempotencyKey:
    identity = {
        "credential": principal_of(request).credential_id,
        "method": request.method,
        "path": _path(request),
        "key": key,
    }
    body_hash, now = _body_hash(request), utc_now()
    until, scope = now + LOCK, site_scope_text(context.site_ids)
    with tenant_transaction(context):
        try:
            with transaction.atomic(using=TENANT_ALIAS):
                row: IdempotencyKey = IdempotencyKey.objects.create(
                    **identity, body_hash=body_hash, locked_until=until, site_scope=scope
                )
                return row
        except IntegrityError:
            row = IdempotencyKey.objects.select_for_update().get(**identity)
        if row.body_hash != body_hash:
            raise IdempotencyKeyReused
        if row.is_locked(now):
            raise IdempotencyInFlight
        if row.is_answered:
            _require_scope(row, context)
        else:  # the first one died on the way, or will find at its end that the key is no longer its own
            row.locked_until, row.site_scope = until, scope
            row.save(update_fields=["locked_until", "site_scope"])
        return row


def _require_scope(row: IdempotencyKey, context: TenantContext) -> None:
    if not context.covers(replace(context, site_ids=site_scope_parse(row.site_scope))):
        raise IdempotencyOutOfScope


def _path(request: Request) -> str:
    path = request.get_full_path()
    if len(path) <= MAX_PATH:
        return path
    digest = hashlib.sha256(path.encode()).hexdigest()
    return f"{path[: MAX_PATH - len(digest)]}{digest}"


def _claimed(row: IdempotencyKey) -> QuerySet[Any]:
    """The row as long as this request holds it: whoever takes it over moves the end of its lock."""
    held: QuerySet[Any] = IdempotencyKey.objects.filter(
        pk=row.pk, status_code=None, locked_until=row.locked_until
    )
    return held


def _free(row: IdempotencyKey) -> None:
    claim = _claimed(row)
    claim._raw_delete(claim.db)


def _settle(row: IdempotencyKey, response: Response, secrets: tuple[str, ...]) -> None:
    if status.is_client_error(response.status_code):
        _free(row)
    else:
        _keep(row, response, secrets)


def _keep(row: IdempotencyKey, response: Response, secrets: tuple[str, ...]) -> None:
    body = orjson.loads(as_json(response.data))
    kept = _claimed(row).update(
        status_code=response.status_code,
        body={name: value for name, value in body.items() if name not in secrets} if body else body,
        headers={name: response[name] for name in ("ETag", "Location") if name in response},
    )
    if not kept:
        raise IdempotencyInFlight


def _body_hash(request: Request) -> str:
    digest = hashlib.sha256()
    if (request.content_type or "").startswith("multipart/"):
        form: Any = request.data
        for name, values in sorted(form.lists()):
            for value in values:
                digest.update(f"{len(name)}:{name}:{len(value)}:".encode())
                _digest_part(digest, value)
    else:
        digest.update(request._request.body)
    return digest.hexdigest()


def _digest_part(digest: Any, value: Any) -> None:
    if hasattr(value, "chunks"):
        for chunk in value.chunks():
            digest.update(chunk)
        value.seek(0)
    else:
        digest.update(str(value).encode())
