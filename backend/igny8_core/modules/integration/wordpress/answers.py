"""Owns the reading of WordPress's answers, the JSON and the error behind a status; it must never send anything."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from operator import itemgetter
from typing import Any

from igny8_core.common.clock import utc_now
from igny8_core.common.html import to_text
from igny8_core.common.text import excerpt
from igny8_core.modules.integration.outbound import OutboundResponse
from igny8_core.modules.integration.wordpress.errors import (
    AccessBlocked,
    AnswerGarbled,
    ApplicationPasswordsUnavailable,
    CredentialsRefused,
    PasswordRefused,
    PostMissing,
    RateLimited,
    RequestRejected,
    RequestTooLarge,
    RoleTooLow,
    RouteMissing,
    ServerFailed,
    SiteInMaintenance,
    TermExists,
    UsernameUnknown,
    WordPressError,
    WordPressNotFound,
)

MESSAGE_LENGTH = 300
RETRY_AFTER_MAX_SECONDS = 24 * 3600
MAX_JSON_STARTS = 50

# WordPress's own codes decide before the status does: several of its refusals come with a status of another meaning.
BY_REMOTE_CODE: dict[str, type[WordPressError]] = {
    "invalid_username": UsernameUnknown,
    "invalid_email": UsernameUnknown,
    "incorrect_password": PasswordRefused,
    "application_passwords_disabled": ApplicationPasswordsUnavailable,
    "application_passwords_disabled_for_user": ApplicationPasswordsUnavailable,
    "rest_post_invalid_id": PostMissing,
    "rest_no_route": RouteMissing,
    "term_exists": TermExists,
    "rest_forbidden_status": RoleTooLow,
    "rest_upload_sideload_error": RequestRejected,  # answered with 500, yet final: the file's type is refused
    "rest_upload_unknown_error": RequestRejected,  # answered with 500, yet final: the file is over PHP's limit
    "rest_trash_not_supported": RequestRejected,  # answered with 501
}
BY_STATUS: dict[int, type[WordPressError]] = {
    401: CredentialsRefused,
    404: WordPressNotFound,
    410: PostMissing,
    413: RequestTooLarge,
    429: RateLimited,
}
ROLE_PREFIXES = ("rest_cannot_", "rest_forbidden", "rest_user_cannot_")


@dataclass(frozen=True)
class RemoteFault:
    """WordPress's own error object; every part is empty where the body holds none."""

    code: str
    message: str
    data: Mapping[str, Any]


def find_json(content: bytes, *, expected: type) -> Any | None:
    """The JSON value of type `expected` in a body, or None.

    PHP prints its warnings before (and rarely after) the document, so the longest whole value of the right type is
    taken: a warning may hold a short one, such as `[]`, and taking that for an answer would hide a post.
    """
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return None
    values = _values_in(text, opening="{" if expected is dict else "[")
    fitting = [(length, value) for length, value in values if _fits(value, expected)]
    return max(fitting, key=itemgetter(0))[1] if fitting else None


def _values_in(text: str, *, opening: str) -> Iterator[tuple[int, Any]]:
    """Length and value of each JSON document in a text; what stands inside another one is not looked at."""
    at = text.find(opening)
    for _ in range(MAX_JSON_STARTS):
        if at < 0:
            return
        try:
            value, end = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):  # a hostile site may nest thousands deep
            end = at + 1
        else:
            rest = text[end:].lstrip()
            if not rest or rest.startswith("<"):
                yield end - at, value
        at = text.find(opening, end)


def _fits(value: Any, expected: type) -> bool:
    """Whether it is the object, or the list of objects, that was asked for: a warning may hold `[0]`."""
    if expected is dict:
        return isinstance(value, dict)
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def fault_of(response: OutboundResponse) -> RemoteFault:
    """WordPress's code and message, without markup and cut to a sentence's length."""
    body = find_json(response.content, expected=dict) or {}
    data = body.get("data")
    message = to_text(str(body.get("message") or ""))
    return RemoteFault(
        code=str(body.get("code") or "")[:100],
        message=excerpt(message, max_length=MESSAGE_LENGTH) if message else "",
        data=data if isinstance(data, dict) else {},
    )


def error_for(response: OutboundResponse, *, is_write: bool) -> WordPressError:
    """The error that an answer outside 200-299 stands for."""
    fault = fault_of(response)
    found = _class_for(response, fault)
    error = found(
        status_code=response.status_code,
        remote_code=fault.code,
        remote_message=fault.message,
        outcome_unknown=is_write and issubclass(found, ServerFailed),
        retry_after_seconds=retry_after(response.headers.get("retry-after"), now=utc_now()),
        fields=_parameter_complaints(fault),
    )
    if isinstance(error, TermExists):
        term_id = fault.data.get("term_id")
        error.term_id = int(term_id) if isinstance(term_id, int | str) and str(term_id).isdecimal() else None
    return error


def garbled(response: OutboundResponse, *, is_write: bool) -> AnswerGarbled:
    """The error for a success whose body cannot be read; a write has probably been carried out."""
    return AnswerGarbled(status_code=response.status_code, outcome_unknown=is_write)


def _class_for(response: OutboundResponse, fault: RemoteFault) -> type[WordPressError]:
    status = response.status_code
    by_code = BY_REMOTE_CODE.get(fault.code) or _class_of_complaint(fault)
    if by_code is not None:
        return by_code
    if status == 403:
        return RoleTooLow if fault.code.startswith(ROLE_PREFIXES) else AccessBlocked
    if status == 503 and ("retry-after" in response.headers or fault.code == "wp_die"):
        return SiteInMaintenance
    if status >= 500:
        return ServerFailed
    if status == 404 and fault.code:
        return RequestRejected
    return BY_STATUS.get(status, RequestRejected)


def _class_of_complaint(fault: RemoteFault) -> type[WordPressError] | None:
    """A 400 about one parameter may hide a matter of role: the code stands one level deeper."""
    details = fault.data.get("details")
    if not isinstance(details, dict):
        return None
    codes = [str(detail.get("code")) for detail in details.values() if isinstance(detail, dict)]
    return next((BY_REMOTE_CODE[code] for code in codes if code in BY_REMOTE_CODE), None)


def _parameter_complaints(fault: RemoteFault) -> dict[str, list[str]]:
    params = fault.data.get("params")
    if isinstance(params, list):
        return {str(name): ["Missing."] for name in params}
    if not isinstance(params, dict):
        return {}
    return {
        str(name): [excerpt(to_text(str(why)), max_length=MESSAGE_LENGTH)] for name, why in params.items()
    }


def retry_after(header: str | None, *, now: datetime) -> int | None:
    """Seconds of a Retry-After header, at most a day, None if unreadable; a number or a date (RFC 9110 10.2.3)."""
    if not header:
        return None
    if header.strip().isdecimal():
        return min(int(header.strip()[:10]), RETRY_AFTER_MAX_SECONDS)
    try:
        moment = parsedate_to_datetime(header)
        seconds = int((moment - now).total_seconds())
    except (TypeError, ValueError):
        return None
    return min(max(seconds, 0), RETRY_AFTER_MAX_SECONDS)
