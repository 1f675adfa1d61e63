"""A small stateful WordPress on loopback HTTP, whose answers to writes can get lost; it must never listen elsewhere."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

API = "/wp-json/wp/v2/"
START = datetime(2026, 3, 1, tzinfo=UTC)

# What goes wrong with one write: "lost" carries it out and hangs up, "refused" answers `status` without doing anything.
Fault = tuple[str, int]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed hangs up."""


@dataclass
class FakeWordPress:
    """Posts and terms in memory; `writes` are the POSTs to posts in order, as (path, body)."""

    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    terms: dict[str, dict[int, str]] = field(default_factory=lambda: {"categories": {}, "tags": {}})
    writes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    may_publish: bool = True
    may_create_terms: bool = True
    on_write: Callable[[], None] | None = None
    on_answer: Callable[[], None] | None = None
    url: str = ""
    _clock: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @contextmanager
    def serving(self) -> Iterator["FakeWordPress"]:
        """Listen while the block lasts."""
        server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    @property
    def public(self) -> list[dict[str, Any]]:
        """What a reader sees."""
        return [post for post in self.posts.values() if post["status"] == "publish"]

    def edit(self, post_id: int, **changes: Any) -> None:
        """What a person does in the admin pages."""
        with self._lock:
            self.posts[post_id] |= changes | {"modified_gmt": self._now()}

    def add(self, **fields: Any) -> int:
        """A post that came another way."""
        with self._lock:
            post_id = max(self.posts, default=100) + 1
            self.posts[post_id] = {
                "id": post_id, "status": "draft", "slug": "", "title": "", "content": "", "excerpt": "",
                "categories": [], "tags": [], "modified_gmt": self._now(),
            } | fields  # fmt: skip
            return post_id

    def _now(self) -> str:
        self._clock += 1
        return (START + timedelta(seconds=self._clock)).strftime("%Y-%m-%dT%H:%M:%S")

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON of one request."""
        with self._lock:
            if path == "/wp-json/":
                return 200, {"name": "Fake", "home": self.url, "namespaces": ["wp/v2"], "authentication": []}
            route, _, number = path.removeprefix(API).partition("/")
            if route in self.terms:
                return self._term(method, route, query, body)
            if route == "posts" and method == "POST":
                return self._write(number, body)
            if route == "posts":
                return self._read(number, query)
            if route == "pages":
                return 200, []
            return 404, {"code": "rest_no_route", "message": "No route."}

    def _term(self, method: str, route: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        known = self.terms[route]
        if method == "GET":
            wanted = query["search"].lower()
            return 200, [{"id": key, "name": name} for key, name in known.items() if wanted in name.lower()]
        if not self.may_create_terms:
            return 403, {"code": "rest_cannot_create", "message": "Sorry."}
        known[len(known) + 1] = body["name"]
        return 201, {"id": len(known)}

    def _read(self, number: str, query: dict[str, str]) -> tuple[int, Any]:
        if number:
            post = self.posts.get(int(number))
            return (200, self._shown(post)) if post else (404, {"code": "rest_post_invalid_id"})
        found = [post for post in self.posts.values() if _fits(post, query)]
        newest = sorted(found, key=lambda post: -post["id"])[: int(query["per_page"])]
        return 200, [self._shown(post) for post in newest]

    def _write(self, number: str, body: dict[str, Any]) -> tuple[int, Any]:
        self.writes.append((number, body))
        kind, status = self.faults.pop(0) if self.faults else ("", 0)
        if kind == "refused":
            return status, {"code": "no", "message": "Not now."}
        if number and int(number) not in self.posts:
            return 404, {"code": "rest_post_invalid_id"}
        if body.get("status") == "publish" and not self.may_publish:
            return 403, {"code": "rest_cannot_publish", "message": "Sorry."}
        post_id = int(number) if number else self.add()
        self.edit(post_id, **body)
        if self.on_write is not None:
            self.on_write()
        if kind == "lost":
            raise ConnectionAbortedError
        return (200 if number else 201), self._shown(self.posts[post_id])

    def _shown(self, post: dict[str, Any]) -> dict[str, Any]:
        texts = {name: {"raw": post[name]} for name in ("title", "content", "excerpt")}
        is_public = post["status"] == "publish"
        link = f"{self.url}/{post['slug']}/" if is_public else f"{self.url}/?p={post['id']}"
        return {**post, **texts, "link": link}


def _fits(post: dict[str, Any], query: dict[str, str]) -> bool:
    wanted = query.get("status", "publish")
    is_status = post["status"] != "trash" if wanted == "any" else post["status"] == wanted
    return (
        is_status
        and query.get("search", "") in post["content"]
        and query.get("slug", post["slug"]) == post["slug"]
    )


def _handler(site: FakeWordPress) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                status, value = site.answer(
                    self.command, parts.path, dict(parse_qsl(parts.query)), json.loads(text or b"{}")
                )
            except ConnectionAbortedError:
                self.close_connection = True
                return
            if site.on_answer is not None:
                site.on_answer()
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = handle_any  # noqa: N815  # http.server finds its methods by these names

        def log_message(self, *_: Any) -> None:
            return

    return Handler
