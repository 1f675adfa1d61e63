"""The shape of every JSON answer, as plain dicts, for middleware, views and error handlers alike."""

from collections.abc import Mapping, Sequence
from typing import Any


def success(data: Any, *, request_id: str | None, message: str | None = None) -> dict[str, Any]:
    """The answer to a request that did what it said."""
    body: dict[str, Any] = {"success": True, "data": data}
    if message is not None:
        body["message"] = message
    body["request_id"] = request_id
    return body


def failure(
    message: str, *, code: str, request_id: str | None, errors: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """The answer to a request that was refused or failed; `code` is stable, `message` one sentence."""
    body: dict[str, Any] = {"success": False, "error": message, "code": code}
    if errors:
        body["errors"] = {field: list(complaints) for field, complaints in errors.items()}
    body["request_id"] = request_id
    return body
