"""A server on loopback that speaks the OpenAI protocol for embeddings, and counts what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeEmbeddings:
    """The server's control side: a text's row says which of `subjects` it names; from `fails_at` on it answers 500."""

    subjects = ("moka", "dog", "puppy", "mortgage", "refinanc")

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[list[str]] = []
        self.fails_at: int | None = None
        self.length = len(self.subjects)

    def answer(self, texts: list[str]) -> tuple[int, dict[str, Any]]:
        """Status and body for one request."""
        self.asked.append(texts)
        if self.fails_at is not None and len(self.asked) >= self.fails_at:
            return 500, {"error": {"message": "no", "code": "server_error"}}
        rows = [[float(subject in text) for subject in self.subjects][: self.length] for text in texts]
        data = [{"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(rows)]
        return 200, {"object": "list", "model": "fake", "data": data, "usage": {"prompt_tokens": 1}}


@contextmanager
def serve(fake: FakeEmbeddings) -> Iterator[FakeEmbeddings]:
    """Run the server for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, body = fake.answer(request["input"])
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
