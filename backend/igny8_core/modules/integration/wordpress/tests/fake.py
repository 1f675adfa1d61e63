"""A site in memory for unit tests: scripted answers with a record of what was asked; it must never open a socket."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx2

from igny8_core.modules.integration.outbound import OutboundClient
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.modules.integration.wordpress.payloads import WordPressPost

ROOT = "https://blog.test/wp-json/"
PASSWORD = "abcd EFGH ijkl MNOP"
MARKER = UUID("0190f6a0-7c1e-7000-8000-000000000001")


@dataclass
class Asked:
    """Requests in order."""

    requests: list[httpx2.Request] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Method and path of each request."""
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def query(self, number: int) -> dict[str, str]:
        """The query of one request."""
        return dict(parse_qsl(urlsplit(str(self.requests[number].url)).query))


Answer = httpx2.Response | Exception


class ScriptedTransport(httpx2.BaseTransport):
    """Gives a function's answers as a network does: as a stream that nobody has read yet."""

    def __init__(self, handle: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self._handle = handle

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        answer = self._handle(request)
        stream = httpx2.ByteStream(answer.content)
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=stream)


def a_client(
    *answers: Answer, rest_root: str | None = ROOT, base_url: str = "https://blog.test"
) -> tuple[WordPressClient, Asked]:
    """A client whose site gives these answers one after the other."""
    waiting = iter(answers)
    asked = Asked()

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.requests.append(request)
        answer = next(waiting)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return client_for(handle, rest_root=rest_root, base_url=base_url), asked


def client_for(
    handle: Callable[[httpx2.Request], httpx2.Response],
    *,
    rest_root: str | None = ROOT,
    base_url: str = "https://blog.test",
) -> WordPressClient:
    """A client whose site is a function."""
    http = OutboundClient(allow_private=False, transport=ScriptedTransport(handle))
    return WordPressClient(base_url, "anna", PASSWORD, http=http, rest_root=rest_root)


def fault(
    status: int, code: str, message: str = "No.", *, headers: dict[str, str] | None = None, **data: Any
) -> Answer:
    """WordPress's error object."""
    body = {"code": code, "message": message, "data": {"status": status, **data}}
    return httpx2.Response(status, json=body, headers=headers)


def stored(post_id: int = 7, **changes: Any) -> dict[str, Any]:
    """A post as the REST interface shows it."""
    return {
        "id": post_id,
        "status": "draft",
        "slug": "burr-grinders",
        "link": f"https://blog.test/?p={post_id}",
        "title": {"raw": "Burr grinders"},
        "excerpt": {"raw": "Which to buy."},
        "content": {"raw": f"<p>Conical.</p>\n<!-- igny8:{MARKER} -->"},
        "categories": [3],
        "tags": [5, 6],
        "modified_gmt": "2026-11-20T10:00:00",
        **changes,
    }


def a_post(**changes: Any) -> WordPressPost:
    """The post that `stored` shows."""
    fields: dict[str, Any] = {
        "title": "Burr grinders",
        "slug": "burr-grinders",
        "content_html": "<p>Conical.</p>",
        "excerpt": "Which to buy.",
        "category_ids": (3,),
        "tag_ids": (5, 6),
        "marker": MARKER,
    }
    return WordPressPost(**{**fields, **changes})
