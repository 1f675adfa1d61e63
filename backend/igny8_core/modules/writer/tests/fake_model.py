"""A model server on loopback that speaks the OpenAI chat protocol, answers by script and counts what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from igny8_core.modules.writer.tests.samples import PROSE


@dataclass(frozen=True)
class Answer:
    """What one request gets: a completion, or `body` as it stands with any status."""

    text: str = ""
    finish_reason: str = "stop"
    refusal: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_cut: bool = False

    def payload(self) -> bytes:
        """The body on the wire."""
        if self.body is not None:
            return self.body
        message = {"role": "assistant", "content": self.text, "refusal": self.refusal}
        completion = {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": "fake",
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
        }
        return json.dumps(completion).encode()


def failing(status: int, *, code: str = "", **headers: str) -> Answer:
    """An error answer in the protocol's form."""
    body = json.dumps({"error": {"message": "Internal server error", "code": code, "type": code}}).encode()
    return Answer(
        status=status, body=body, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


def good(prompt: str) -> Answer:
    """The prose for the point that the prompt asks about."""
    return Answer(text=next(text for point, text in PROSE.items() if point in prompt))


class FakeModel:
    """The server's control side; `script(number, prompt)` answers request `number`, counted from 1."""

    def __init__(self) -> None:
        self.script: Callable[[int, str], Answer] = lambda number, prompt: good(prompt)
        self.prompts: list[str] = []
        self.url = ""
        self._lock = threading.Lock()

    def answer(self, prompt: str) -> Answer:
        with self._lock:
            self.prompts.append(prompt)
            number = len(self.prompts)
        return self.script(number, prompt)

    def points(self) -> list[str]:
        """The points asked about, in order."""
        return [next(point for point in PROSE if point in prompt) for prompt in self.prompts]


@contextmanager
def serve(model: FakeModel) -> Iterator[FakeModel]:
    """Run the server for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = model.answer(request["messages"][-1]["content"])
            payload = answer.payload()
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(payload)))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(payload[: len(payload) // 2] if answer.is_cut else payload)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
