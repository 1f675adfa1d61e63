"""Runs the same request through this project and through the peer, interleaved, and compares their CPU time."""

import json
import random
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test.client import FakePayload
from django.test.utils import override_settings

from bench.bare import is_bare
from bench.cpu import CpuClock, quartile

OURS_ALONE = (
    "igny8_core.middleware.request_id.RequestIDMiddleware",
    "igny8_core.auth.middleware.AccountContextMiddleware",
    "igny8_core.middleware.resource_tracker.ResourceTrackingMiddleware",
)
BLOCK = 10


class Side:
    """One of the two: its handler, its address, its body, and the CPU of each request."""

    def __init__(self, name: str, path: str, token: str, body: Callable[[], dict[str, Any]] | None) -> None:
        self.path, self.token, self.body, self.is_bare = path, token, body, name == "bare"
        middleware = [m for m in settings.MIDDLEWARE if not (self.is_bare and m in OURS_ALONE)]
        with override_settings(MIDDLEWARE=middleware):
            self.handler = WSGIHandler()
        self.seconds: list[float] = []

    def request(self) -> tuple[int, bytes]:
        """Send one request; returns status and body."""
        payload = b"" if self.body is None else json.dumps(self.body()).encode()
        environ = {
            "REQUEST_METHOD": "GET" if self.body is None else "POST",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(payload)),
            "wsgi.input": FakePayload(payload) if payload else BytesIO(),
            "wsgi.url_scheme": "http",
            "wsgi.errors": BytesIO(),
        }
        status: list[int] = []
        token = is_bare.set(self.is_bare)
        try:
            response = self.handler(environ, lambda line, headers: status.append(int(line.split()[0])))
            content = b"".join(response)
            response.close()
        finally:
            is_bare.reset(token)
        return status[0], content


def compare(ours: Side, bare: Side, *, clock: CpuClock, requests: int, expected: int) -> float:
    """The ratio of CPU per request, ours over the peer's, at the lower quartile of blocks of 10 in shuffled order."""
    for side in (ours, bare):
        for _ in range(BLOCK * 3):
            status, content = side.request()
            assert status == expected, (side.path, status, content[:300])
    order = [ours, bare] * (requests // BLOCK)
    random.Random(8).shuffle(order)
    for side in order:
        before = clock.read()
        for _ in range(BLOCK):
            side.request()
        side.seconds.append((clock.read() - before) / BLOCK)
    mine, theirs = quartile(ours.seconds), quartile(bare.seconds)
    print(
        f"  ours {mine * 1000:.2f} ms, bare DRF {theirs * 1000:.2f} ms of CPU per request (Python and PostgreSQL)"
    )
    return mine / theirs
