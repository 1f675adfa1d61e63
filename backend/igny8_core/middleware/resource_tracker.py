"""Measures a request's cost for staff who ask for it; other people's requests are neither measured nor marked."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from django.db import connections
from django.http import HttpRequest, HttpResponse

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.tenancy.redis import redis_client

logger = logging.getLogger("igny8.requests")

KEY = "igny8:request-metrics:{request_id}"
LIFETIME_SECONDS = 3600
_PAGE_KIB = 4


class MetricsUnavailable(DomainError):
    """The figures are kept in Redis, and it does not answer."""

    kind = ErrorKind.UNAVAILABLE
    code = "metrics_unavailable"
    message = "The figures cannot be read now; try again in a moment."


class ResourceTrackingMiddleware:
    """On `X-Debug-Resource-Tracking: true` from staff: keep the figures for an hour and return their id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request, measured or not."""
        if not _is_wanted(request):
            return self.get_response(request)
        statements = _StatementCount()
        before = (time.perf_counter(), time.thread_time(), _memory_kib())
        with connections["default"].execute_wrapper(statements):
            response = self.get_response(request)
        figures = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "wall_ms": round((time.perf_counter() - before[0]) * 1000, 3),
            "thread_cpu_ms": round((time.thread_time() - before[1]) * 1000, 3),
            "queries": statements.count,
            "memory_before_kib": before[2],
            "memory_after_kib": _memory_kib(),
        }
        _keep(request, response, figures)
        return response


class _StatementCount:
    count = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.count += 1
        return execute(*args)


def _is_wanted(request: HttpRequest) -> bool:
    principal = getattr(request, "principal", None)
    return (
        request.META.get("HTTP_X_DEBUG_RESOURCE_TRACKING", "").lower() == "true"
        and principal is not None
        and principal.user.is_staff_member
    )


def _keep(request: HttpRequest, response: HttpResponse, figures: dict[str, Any]) -> None:
    request_id = request.request_id  # type: ignore[attr-defined]  # RequestIDMiddleware ran before
    try:
        redis_client().set(KEY.format(request_id=request_id), json.dumps(figures), ex=LIFETIME_SECONDS)
    except redis.RedisError:
        logger.warning("request metrics could not be kept: Redis does not answer")
        return
    response["X-Resource-Tracking-ID"] = request_id


def request_metrics_get(request_id: str) -> dict[str, Any] | None:
    """The figures of one request, or None when they are unknown or over an hour old; raises MetricsUnavailable."""
    try:
        stored = redis_client().get(KEY.format(request_id=request_id))
    except redis.RedisError as error:
        raise MetricsUnavailable from error
    if stored is None:
        return None
    figures: dict[str, Any] = json.loads(stored)
    return figures


def _memory_kib() -> int:
    """The process's resident memory in KiB; 0 where the platform does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_KIB
    except OSError:
        return 0
