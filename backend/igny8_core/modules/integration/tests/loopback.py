"""A loopback web server whose paths are functions, for tests of clients; it must never listen beyond this machine."""

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[[BaseHTTPRequestHandler], None]


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what several tests are about."""


class Server:
    """A loopback web server whose paths are functions; it records what it was asked."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.paths: dict[str, Act] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                headers = {name.lower(): text for name, text in self.headers.items()}
                outer.asked.append((self.command, self.path, headers))
                self.rfile.read(int(headers.get("content-length", 0)))
                outer.paths[self.path](self)

            do_GET = do_POST = handle_any  # noqa: N815  # http.server finds its methods by these names

            def log_message(self, *_: Any) -> None:
                return

        return Handler


def answer(body: bytes = b"", *, status: int = 200, **headers: str) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, text in {"content_length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        handler.wfile.write(body)

    return act
