"""Turns every refusal and failure into the one error envelope; never lets a message of the database through."""

import logging
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response

from igny8_core.api.privacy import keep_private
from igny8_core.common.envelope import failure
from igny8_core.common.errors import DomainError, ErrorKind, NotFound
from igny8_core.common.request_id import current_request_id

logger = logging.getLogger("igny8.api")

_DEFECT = "Something went wrong on our side; quote the request id to support."

STATUS_OF = {
    ErrorKind.INVALID: status.HTTP_400_BAD_REQUEST,
    ErrorKind.UNAUTHENTICATED: status.HTTP_401_UNAUTHORIZED,
    ErrorKind.INSUFFICIENT_CREDITS: status.HTTP_402_PAYMENT_REQUIRED,
    ErrorKind.FORBIDDEN: status.HTTP_403_FORBIDDEN,
    ErrorKind.NOT_FOUND: status.HTTP_404_NOT_FOUND,
    ErrorKind.CONFLICT: status.HTTP_409_CONFLICT,
    ErrorKind.PRECONDITION_FAILED: status.HTTP_412_PRECONDITION_FAILED,
    ErrorKind.TOO_LARGE: status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    ErrorKind.UNPROCESSABLE: status.HTTP_422_UNPROCESSABLE_ENTITY,
    ErrorKind.THROTTLED: status.HTTP_429_TOO_MANY_REQUESTS,
    ErrorKind.UNAVAILABLE: status.HTTP_503_SERVICE_UNAVAILABLE,
}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """The envelope for an exception of a view; an unknown one is logged with its trace and answered as 500."""
    if isinstance(exc, DomainError):
        return refusal(exc)
    if isinstance(exc, Http404 | exceptions.NotFound):
        return _answer(404, NotFound.message, NotFound.code)
    if isinstance(exc, exceptions.ValidationError):
        return _answer(400, "Some fields are not valid.", "validation_error", _fields(exc.detail))
    if isinstance(exc, DjangoValidationError):
        return _answer(400, "Some fields are not valid.", "validation_error", _fields(exc.messages))
    if isinstance(exc, RequestDataTooBig):
        return _answer(413, "The body is too large.", "body_too_large")
    if isinstance(exc, PermissionDenied):
        return _answer(403, "You may not do this.", "permission_denied")
    if isinstance(exc, exceptions.APIException):
        return _api_exception(exc)
    if isinstance(exc, IntegrityError):
        # The service should have said it better; the database's own words may name another row's values.
        logger.warning(
            "integrity error: %s", getattr(getattr(exc.__cause__, "diag", None), "constraint_name", "")
        )
        return _answer(409, "This conflicts with a row that exists.", "conflict")
    logger.error("unhandled %s", type(exc).__name__, exc_info=exc)
    return _answer(500, _DEFECT, "internal_error")


def refusal(error: DomainError) -> Response:
    """The envelope of a domain error; a view returns it, instead of raising, when what it wrote must stay."""
    response = _answer(STATUS_OF[error.kind], error.message, error.code, error.fields)
    wait: float | None = getattr(error, "retry_after_seconds", None)
    if wait is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def _api_exception(exc: exceptions.APIException) -> Response:
    response = _answer(exc.status_code, str(exc.detail), str(exc.get_codes()))
    if (header := getattr(exc, "auth_header", None)) is not None:
        response["WWW-Authenticate"] = header
    wait: float | None = getattr(exc, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def _answer(
    status_code: int, message: str, code: str, errors: Mapping[str, list[str]] | None = None
) -> Response:
    body = failure(message, code=code, request_id=current_request_id.get() or None, errors=errors)
    response = Response(body, status=status_code)
    response.is_enveloped = True  # type: ignore[attr-defined]  # read by ViewFrame.finalize_response
    return response


def _fields(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for name, value in detail.items():
            if isinstance(value, Mapping):
                flat.update({f"{name}.{inner}": found for inner, found in _fields(value).items()})
            else:
                flat[str(name)] = _messages(value)
        return flat
    return {"non_field_errors": _messages(detail)}


def _messages(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [message for item in value for message in _messages(item)]
    if isinstance(value, Mapping):
        return [message for item in value.values() for message in _messages(item)]
    return [str(value)]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 400 of a request that Django itself refuses, such as one for a host that is not ours."""
    return _plain_answer(400, "The request is not valid.", "bad_request")


def url_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 404 of an address that no route knows; the same answer as for a missing row."""
    return _plain_answer(404, NotFound.message, NotFound.code)


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 of a defect outside the API's own handler."""
    return _plain_answer(500, _DEFECT, "internal_error")


def _plain_answer(status_code: int, message: str, code: str) -> HttpResponse:
    body = failure(message, code=code, request_id=current_request_id.get() or None)
    return keep_private(JsonResponse(body, status=status_code))
