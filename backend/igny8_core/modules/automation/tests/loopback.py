"""Small servers on loopback that misbehave: one refuses every login, one stands before another and cuts its answers."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHUNK = 65536


@contextmanager
def refusing() -> Iterator[str]:
    """The address of a WordPress that is there and knows nobody."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_index = self.path.split("?")[0].rstrip("/") == "/wp-json"
            body: dict[str, Any] = {
                "code": "incorrect_password",
                "message": "Wrong.",
                "data": {"status": 401},
            }
            if is_index:
                body = {"name": "Fake", "home": url, "namespaces": ["wp/v2"], "authentication": {}}
            content = json.dumps(body).encode()
            self.send_response(200 if is_index else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - http.server finds its methods by these names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Proxy:
    """Passes bytes on to a server; `on_answer` is told the request before its answer goes back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.on_answer: Callable[[bytes], None] = lambda request: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @contextmanager
    def serving(self) -> Iterator["Proxy"]:
        """Listen while the block lasts."""
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        request = bytearray()
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            threading.Thread(target=_copy, args=(client, server, request), daemon=True).start()
            while answer := _received(server):
                self.on_answer(bytes(request))
                request.clear()
                try:
                    client.sendall(answer)
                except OSError:  # the client was killed
                    break
            with contextlib.suppress(OSError):  # closing alone tells nobody while the other thread reads
                client.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket, seen: bytearray) -> None:
    while data := _received(source):
        seen += data
        try:
            target.sendall(data)
        except OSError:
            return


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(CHUNK)
    except OSError:
        return b""
