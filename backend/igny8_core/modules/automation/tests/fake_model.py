"""A model server on loopback that writes new, clean prose for any prompt, or answers by script, and counts."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_WORDS = (
    "coffee water grind flavour filter basket pressure morning kettle beans roast cup steam handle valve chamber metal "
    "heat minute spoon aroma sugar surface paper scale handful batch texture sweetness bitter gentle steady simple "
    "patient careful clean warm narrow heavy light fresh slow quick even round bright dark level dry pour stir rinse "
    "measure watch adjust taste listen settle drain lift close open press wipe store notice change repeat finish begin"
).split()
_GLUE = (
    "the",
    "and",
    "with",
    "for",
    "that",
    "when",
    "from",
    "into",
    "your",
    "as",
    "is",
    "it",
    "on",
    "this",
    "will",
)
SENTENCES = 9
Script = Callable[[int, str], tuple[int, str]]


def prose(number: int) -> str:
    """About a hundred words of English-looking sentences that no other number gives."""
    choose = random.Random(number)
    return " ".join(_sentence(choose) for _ in range(SENTENCES))


def _sentence(choose: random.Random) -> str:
    words = [
        word for pair in zip(choose.sample(_WORDS, 7), choose.sample(_GLUE, 7), strict=True) for word in pair
    ]
    return " ".join([*words, choose.choice(_WORDS)]).capitalize() + "."


class FakeModel:
    """The server's control side: `script(number, prompt)` gives status and text of request `number`, from 1."""

    def __init__(self) -> None:
        self.script: Script = lambda number, prompt: (200, prose(number))
        self.prompts: list[str] = []
        self.url = ""
        self._lock = threading.Lock()

    def answer(self, prompt: str) -> tuple[int, bytes]:
        with self._lock:
            self.prompts.append(prompt)
            number = len(self.prompts)
        status, text = self.script(number, prompt)
        return status, json.dumps(_completion(text) if status == 200 else _failure(text)).encode()


def _failure(code: str) -> dict[str, Any]:
    return {"error": {"message": "No.", "code": code, "type": code}}


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed hangs up."""


@contextmanager
def serve(model: FakeModel) -> Iterator[FakeModel]:
    """Run the server for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, payload = model.answer(request["messages"][-1]["content"])
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(payload)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
