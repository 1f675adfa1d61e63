"""Proves the two questions end to end over a loopback socket: retries, re-ask, shared budget and usage."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from igny8_core.ai import ModelConfig, TextRequest, errors, generate_structured, generate_text


@dataclass(frozen=True)
class Idea:
    title: str
    word_count: int


GOOD = '{"title": "Tea", "word_count": 600}'


@dataclass
class FakeModel:
    """A model server with a list of answers; the last one repeats."""

    base_url: str
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)

    def says(self, *texts: str, finish_reason: str = "stop") -> None:
        self.answers += [(200, chat(text, finish_reason=finish_reason)) for text in texts]

    def fails(self, status: int) -> None:
        self.answers.append((status, {"error": {"message": "no"}}))

    def next_answer(self) -> tuple[int, dict[str, Any]]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def config(self, *, supports_schema: bool = True) -> ModelConfig:
        return ModelConfig(base_url=self.base_url, model="m", supports_schema=supports_schema)


def chat(text: str, *, finish_reason: str) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


@pytest.fixture
def model() -> Iterator[FakeModel]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            fake.received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            status, body = fake.next_answer()
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        fake = FakeModel(base_url=f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield fake
        server.shutdown()
        thread.join()


def test_text_survives_one_fault(model: FakeModel) -> None:
    model.fails(503)
    model.says("Water.")
    assert generate_text(TextRequest(prompt="x"), model_config=model.config()).text == "Water."
    assert len(model.received) == 2


def test_text_from_nobody_is_unreachable(model: FakeModel) -> None:
    nobody = ModelConfig(base_url="http://127.0.0.1:9/v1", model="m")
    with pytest.raises(errors.ModelUnreachable):
        generate_text(TextRequest(prompt="x", timeout_seconds=0.4), model_config=nobody)


def test_structured_returns_the_type(model: FakeModel) -> None:
    model.says(GOOD)
    result = generate_structured(TextRequest(prompt="x"), model_config=model.config(), output_type=Idea)
    assert result.data == Idea(title="Tea", word_count=600)
    assert model.received[0]["response_format"]["json_schema"]["strict"] is True


def test_structured_asks_once_more_with_the_complaint(model: FakeModel) -> None:
    model.says('{"title": "Tea"}', GOOD)
    result = generate_structured(
        TextRequest(prompt="An idea?", system="Be brief."), model_config=model.config(), output_type=Idea
    )
    assert result.data == Idea(title="Tea", word_count=600)
    assert (result.usage.prompt_tokens, result.usage.completion_tokens) == (20, 10)
    turns = model.received[1]["messages"]
    assert [turn["role"] for turn in turns] == ["system", "user", "assistant", "user"]
    assert "word_count: Field required" in turns[-1]["content"]


def test_structured_gives_up_after_the_second_broken_answer(model: FakeModel) -> None:
    model.says("no json")
    with pytest.raises(errors.ModelOutputInvalid) as caught:
        generate_structured(TextRequest(prompt="x"), model_config=model.config(), output_type=Idea)
    assert caught.value.usage.completion_tokens == 10
    assert len(model.received) == 2


def test_structured_never_parses_a_cut_answer(model: FakeModel) -> None:
    model.says(GOOD, finish_reason="length")
    with pytest.raises(errors.ModelOutputTruncated):
        generate_structured(
            TextRequest(prompt="x", accepts_truncated=True), model_config=model.config(), output_type=Idea
        )


def test_structured_writes_the_schema_into_the_prompt_where_the_server_ignores_it(model: FakeModel) -> None:
    model.says(f"```json\n{GOOD}\n```")
    result = generate_structured(
        TextRequest(prompt="x", system="Be brief."),
        model_config=model.config(supports_schema=False),
        output_type=Idea,
    )
    assert result.data.title == "Tea"
    assert "response_format" not in model.received[0]
    system = model.received[0]["messages"][0]["content"]
    assert system.startswith("Be brief.\n\nAnswer with JSON only")
    assert '"word_count":{' in system
