"""Drives the door to models against a server that we did not write (tests/peers/llm_mock.sh), fault by fault."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from igny8_core.ai import (
    EmbeddingRequest,
    ModelConfig,
    TextRequest,
    embed_texts,
    errors,
    generate_structured,
    generate_text,
)

pytestmark = pytest.mark.peer


@dataclass(frozen=True)
class Plan:
    title: str
    word_count: int


class Mock:
    """The peer's control side."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self.host, self.port = str(parts.hostname), int(parts.port or 80)
        self._root = f"{parts.scheme}://{parts.netloc}"

    def script(self, *behaviors: dict[str, Any]) -> None:
        answer = httpx2.post(f"{self._root}/_llmock/scenario", json={"behaviors": list(behaviors)})
        answer.raise_for_status()

    def reset(self) -> None:
        httpx2.post(f"{self._root}/_llmock/reset").raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        body = httpx2.get(f"{self._root}/_llmock/requests").json()
        entries = body["requests"] if isinstance(body, dict) else body
        return [entry for entry in entries if entry["path"].endswith("/chat/completions")]

    def verdict(self) -> dict[str, Any]:
        return dict(httpx2.get(f"{self._root}/_llmock/verdict").json())

    def config(self, **changes: Any) -> ModelConfig:
        return ModelConfig(**{"base_url": self.url, "model": "gpt-4o", "api_key": "test-key"} | changes)


@pytest.fixture
def mock() -> Iterator[Mock]:
    peer = Mock(os.environ["LLM_MOCK_URL"])
    peer.reset()
    yield peer
    peer.reset()


@contextmanager
def wire_cut_after(size: int, *, peer: Mock) -> Iterator[str]:
    """A loopback wire to the peer that breaks after `size` bytes of every answer; yields its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ends = threading.Event()

        def serve() -> None:
            while not ends.is_set():
                near, _ = listener.accept()
                with near, socket.create_connection((peer.host, peer.port)) as far:
                    if not ends.is_set():
                        forward(near, far, size=size)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            ends.set()
            socket.create_connection(listener.getsockname()).close()
            thread.join()


def forward(near: socket.socket, far: socket.socket, *, size: int) -> None:
    """Pass one whole request on and the first `size` bytes of its answer back."""
    request = b""
    while b"\r\n\r\n" not in request or len(request) < expected_length(request):
        request += near.recv(65536)
    far.sendall(request)
    answer = b""
    while len(answer) < size:
        answer += far.recv(65536)
    near.sendall(answer[:size])


def expected_length(request: bytes) -> int:
    head, _, _ = request.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return len(head) + 4 + (lengths[0] if lengths else 0)


def test_text_comes_with_usage(mock: Mock) -> None:
    result = generate_text(TextRequest(prompt="Tell me about tea"), model_config=mock.config())
    assert "Tell me about tea" in result.text
    assert (result.finish_reason, result.model) == ("stop", "gpt-4o")
    assert result.usage.completion_tokens > 0


def test_rate_limit_waits_as_told_then_succeeds(mock: Mock) -> None:
    mock.script({"type": "fail", "status": 429, "retry_after": 1, "times": 1})
    result = generate_text(TextRequest(prompt="tea"), model_config=mock.config())
    assert result.text
    assert len(mock.calls()) == 2
    assert mock.verdict()["findings"] == []  # the peer's own clock says that Retry-After was kept


def test_rate_limit_that_lasts_is_raised_with_its_wish(mock: Mock) -> None:
    mock.script({"type": "fail", "status": 429, "retry_after": 600, "times": None})
    with pytest.raises(errors.ModelRateLimited) as caught:
        generate_text(TextRequest(prompt="tea"), model_config=mock.config())
    assert caught.value.retry_after_seconds == 600.0
    assert len(mock.calls()) == 1


def test_server_fault_is_tried_three_times(mock: Mock) -> None:
    mock.script({"type": "fail", "status": 500, "times": None})
    with pytest.raises(errors.ModelServerFailed):
        generate_text(TextRequest(prompt="tea"), model_config=mock.config())
    assert len(mock.calls()) == 3


def test_server_fault_that_passes_is_survived(mock: Mock) -> None:
    mock.script({"type": "fail", "status": 500, "times": 1})
    assert generate_text(TextRequest(prompt="tea"), model_config=mock.config()).text
    assert len(mock.calls()) == 2


def test_refused_key_is_not_tried_again_and_not_shown(mock: Mock) -> None:
    mock.script({"type": "fail", "status": 401, "times": None, "message": "Incorrect API key: test-key"})
    with pytest.raises(errors.ModelAuthenticationFailed) as caught:
        generate_text(TextRequest(prompt="tea"), model_config=mock.config())
    assert len(mock.calls()) == 1
    assert "test-key" not in str(caught.value)


def test_context_overflow_is_told_apart(mock: Mock) -> None:
    mock.script({"type": "fail", "status": 400, "code": "context_length_exceeded"})
    with pytest.raises(errors.ModelContextOverflow):
        generate_text(TextRequest(prompt="tea"), model_config=mock.config())


def test_slow_answer_times_out(mock: Mock) -> None:
    mock.script({"type": "delay", "seconds": 5, "times": 1})
    with pytest.raises(errors.ModelTimedOut):
        generate_text(TextRequest(prompt="tea", timeout_seconds=0.5), model_config=mock.config())


def test_connection_cut_within_the_body_is_no_answer(mock: Mock) -> None:
    with wire_cut_after(300, peer=mock) as url, pytest.raises(errors.ModelAnswerBroken):
        generate_text(TextRequest(prompt="tea"), model_config=mock.config(base_url=url))
    assert len(mock.calls()) == 3


def test_connection_cut_before_the_answer_is_no_answer(mock: Mock) -> None:
    with wire_cut_after(0, peer=mock) as url, pytest.raises(errors.ModelAnswerBroken):
        generate_text(TextRequest(prompt="tea"), model_config=mock.config(base_url=url))


def test_truncated_output_is_found_before_parsing(mock: Mock) -> None:
    whole = json.dumps({"title": "Tea", "word_count": 3})
    mock.script({"type": "reply", "text": whole, "finish_reason": "length"})
    with pytest.raises(errors.ModelOutputTruncated) as caught:
        generate_structured(TextRequest(prompt="tea"), model_config=mock.config(), output_type=Plan)
    assert caught.value.usage.completion_tokens > 0
    assert len(mock.calls()) == 1


def test_filtered_output_is_a_refusal(mock: Mock) -> None:
    mock.script({"type": "reply", "text": "", "finish_reason": "content_filter"})
    with pytest.raises(errors.ModelRefused):
        generate_text(TextRequest(prompt="tea"), model_config=mock.config())


def test_schema_is_followed(mock: Mock) -> None:
    result = generate_structured(TextRequest(prompt="tea"), model_config=mock.config(), output_type=Plan)
    assert isinstance(result.data, Plan)
    assert len(mock.calls()) == 1


def test_broken_schema_is_asked_for_once_more(mock: Mock) -> None:
    mock.script(
        {"type": "reply", "text": '{"title": "Tea"}'},
        {"type": "reply", "text": '{"title": "Tea", "word_count": 3}'},
    )
    result = generate_structured(TextRequest(prompt="tea"), model_config=mock.config(), output_type=Plan)
    assert result.data == Plan(title="Tea", word_count=3)
    assert len(mock.calls()) == 2


def test_schema_broken_twice_is_a_clear_error(mock: Mock) -> None:
    mock.script({"type": "reply", "text": "Sure! Here is your plan.", "times": None})
    with pytest.raises(errors.ModelOutputInvalid) as caught:
        generate_structured(TextRequest(prompt="tea"), model_config=mock.config(), output_type=Plan)
    assert caught.value.code == "model_output_invalid"
    assert len(mock.calls()) == 2


def test_embeddings_come_one_for_each_text(mock: Mock) -> None:
    request = EmbeddingRequest(texts=("green tea", "black tea", "green tea"))
    result = embed_texts(request, model_config=mock.config(model="text-embedding-3-small"))
    first, second, third = result.vectors
    assert len(first) == len(second) > 1
    assert first == third != second
    assert result.usage.prompt_tokens > 0


def test_embeddings_wait_for_a_rate_limit(mock: Mock) -> None:
    mock.script({"type": "fail", "status": 429, "retry_after": 1, "times": 1})
    request = EmbeddingRequest(texts=("green tea",))
    assert len(embed_texts(request, model_config=mock.config()).vectors) == 1
