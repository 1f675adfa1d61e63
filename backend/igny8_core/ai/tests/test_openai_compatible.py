"""Proves what the adapter sends and which error each kind of failure becomes, without a socket."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from igny8_core.ai import errors
from igny8_core.ai.providers.openai_compatible import OpenAICompatible, client_shared
from igny8_core.ai.types import (
    EmbeddingRequest,
    EmbeddingResult,
    Message,
    ModelConfig,
    TextRequest,
    TextResult,
)

CONFIG = ModelConfig(base_url="http://models.test/v1", model="some-model", api_key="key-that-must-not-leak")


def completion(**changes: Any) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": changes.pop("content", " Water.\n"),
        "refusal": changes.pop("refusal", None),
    }
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "some-model-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": changes.pop("finish_reason", "stop")}],
        "usage": {
            "prompt_tokens": 9,
            "completion_tokens": 4,
            "total_tokens": 13,
            "prompt_tokens_details": {"cached_tokens": 5},
        },
    }
    return body | changes


def ask(
    answer: Callable[[httpx2.Request], httpx2.Response], request: TextRequest | None = None
) -> TextResult:
    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        provider = OpenAICompatible(CONFIG, http_client=client)
        return provider.complete(request or TextRequest(prompt="What descales?"), timeout_seconds=5)


def failing(status: int, **error: Any) -> Callable[[httpx2.Request], httpx2.Response]:
    headers = error.pop("headers", {})
    return lambda request: httpx2.Response(status, json={"error": error}, headers=headers)


def test_answer_carries_text_usage_and_the_models_real_name() -> None:
    result = ask(lambda request: httpx2.Response(200, json=completion()))
    assert (result.text, result.model, result.finish_reason) == ("Water.", "some-model-2026", "stop")
    assert (result.usage.prompt_tokens, result.usage.completion_tokens, result.usage.cached_tokens) == (
        9,
        4,
        5,
    )


def test_answer_without_usage_counts_nothing() -> None:
    result = ask(lambda request: httpx2.Response(200, json=completion(usage=None)))
    assert result.usage.prompt_tokens == 0


def test_request_sends_the_turns_in_order_and_only_what_was_set() -> None:
    sent: list[dict[str, Any]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content))
        return httpx2.Response(200, json=completion())

    ask(
        answer,
        TextRequest(
            system="Be brief.",
            messages=(Message(role="user", content="Hi"), Message(role="assistant", content="Hello")),
            prompt="Go on",
            temperature=0.0,
            max_output_tokens=7,
        ),
    )
    assert sent == [
        {
            "model": "some-model",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "Hello"},
                {"role": "user", "content": "Go on"},
            ],
            "max_completion_tokens": 7,
            "temperature": 0.0,
        }
    ]


def test_request_with_a_schema_sends_it_as_response_format() -> None:
    sent: list[dict[str, Any]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content)["response_format"])
        return httpx2.Response(200, json=completion())

    ask(answer, TextRequest(prompt="x", json_schema={"type": "object"}, schema_name="plan"))
    assert sent == [
        {"type": "json_schema", "json_schema": {"name": "plan", "schema": {"type": "object"}, "strict": True}}
    ]


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"code": "context_length_exceeded"}, errors.ModelContextOverflow),
        (400, {"code": 400, "type": "exceed_context_size_error"}, errors.ModelContextOverflow),
        (400, {"code": "content_filter"}, errors.ModelRefused),
        (400, {"code": "unsupported_parameter"}, errors.ModelBadRequest),
        (401, {"code": "invalid_api_key"}, errors.ModelAuthenticationFailed),
        (403, {}, errors.ModelAuthenticationFailed),
        (404, {"code": "model_not_found"}, errors.ModelNotFound),
        (408, {}, errors.ModelServerFailed),
        (422, {}, errors.ModelBadRequest),
        (429, {"code": "insufficient_quota"}, errors.ModelQuotaExhausted),
        (429, {"code": "rate_limit_exceeded"}, errors.ModelRateLimited),
        (500, {}, errors.ModelServerFailed),
        (503, {}, errors.ModelServerFailed),
    ],
)
def test_status_becomes_the_error_that_fits(
    status: int, error: dict[str, Any], expected: type[errors.ModelError]
) -> None:
    with pytest.raises(errors.ModelError) as caught:
        ask(failing(status, **error))
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
    ],
)
def test_rate_limit_keeps_the_providers_wish(header: dict[str, str], seconds: float | None) -> None:
    with pytest.raises(errors.ModelRateLimited) as caught:
        ask(failing(429, headers=header))
    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (httpx2.ConnectError("refused"), errors.ModelUnreachable),
        (httpx2.ConnectTimeout("slow"), errors.ModelTimedOut),
        (httpx2.ReadTimeout("slow"), errors.ModelTimedOut),
        (httpx2.RemoteProtocolError("peer closed connection"), errors.ModelAnswerBroken),
        (httpx2.ReadError("reset"), errors.ModelAnswerBroken),
    ],
)
def test_transport_problem_becomes_the_error_that_fits(
    problem: Exception, expected: type[errors.ModelError]
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise problem

    with pytest.raises(errors.ModelError) as caught:
        ask(answer)
    assert type(caught.value) is expected
    assert caught.value.is_retryable


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(200, text="<html>captive portal</html>", headers={"content-type": "text/html"}),
        httpx2.Response(200, content=b'{"choices": [', headers={"content-type": "application/json"}),
        httpx2.Response(200, json={"id": "c1"}),
        httpx2.Response(200, json={"choices": []}),
        httpx2.Response(200, json={"choices": [{"index": 0, "finish_reason": "stop"}]}),
        httpx2.Response(200, json=[]),
    ],
)
def test_garbled_answer_is_broken(response: httpx2.Response) -> None:
    with pytest.raises(errors.ModelAnswerBroken):
        ask(lambda request: response)


def test_cut_answer_is_truncated_and_says_what_it_cost() -> None:
    with pytest.raises(errors.ModelOutputTruncated) as caught:
        ask(lambda request: httpx2.Response(200, json=completion(finish_reason="length")))
    assert caught.value.usage.completion_tokens == 4


def test_cut_answer_is_returned_to_who_accepts_it() -> None:
    result = ask(
        lambda request: httpx2.Response(200, json=completion(finish_reason="length")),
        TextRequest(prompt="x", accepts_truncated=True),
    )
    assert (result.text, result.finish_reason) == ("Water.", "length")


@pytest.mark.parametrize(
    "changes",
    [{"refusal": "I can't help with that."}, {"finish_reason": "content_filter", "content": "half"}],
)
def test_refusal_is_not_taken_for_an_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(errors.ModelRefused):
        ask(lambda request: httpx2.Response(200, json=completion(**changes)))


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_empty_answer_is_an_error(content: str | None) -> None:
    with pytest.raises(errors.ModelOutputEmpty):
        ask(lambda request: httpx2.Response(200, json=completion(content=content)))


def test_key_shows_nowhere() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["authorization"] == f"Bearer {CONFIG.api_key}"
        return httpx2.Response(401, json={"error": {"message": f"Incorrect API key: {CONFIG.api_key}"}})

    with pytest.raises(errors.ModelAuthenticationFailed) as caught:
        ask(answer)
    assert CONFIG.api_key not in str(caught.value) + repr(caught.value) + repr(CONFIG)
    assert caught.value.__suppress_context__


def test_client_is_shared_by_endpoint_and_key() -> None:
    assert client_shared(CONFIG) is client_shared(
        ModelConfig(base_url=CONFIG.base_url, api_key=CONFIG.api_key, model="another-model")
    )
    assert client_shared(CONFIG) is not client_shared(
        ModelConfig(base_url=CONFIG.base_url, api_key="another-key", model=CONFIG.model)
    )


def embedded(*rows: list[float], order: list[int] | None = None) -> dict[str, Any]:
    places = order or list(range(len(rows)))
    data = [{"object": "embedding", "index": at, "embedding": rows[at]} for at in places]
    return {
        "object": "list",
        "model": "e-2026",
        "data": data,
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
    }


def embed(body: Any, *, sent: list[Any] | None = None, status: int = 200) -> EmbeddingResult:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if sent is not None:
            sent.append((request.url.path, json.loads(request.content)))
        return httpx2.Response(status, json=body)

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        provider = OpenAICompatible(CONFIG, http_client=client)
        return provider.embed(EmbeddingRequest(texts=("tea", "coffee")), timeout_seconds=5)


def test_embeddings_come_in_the_order_of_the_texts_with_usage_and_name() -> None:
    sent: list[Any] = []
    result = embed(embedded([1.0, 0.0], [0.0, 1.0], order=[1, 0]), sent=sent)
    assert result.vectors == ((1.0, 0.0), (0.0, 1.0))
    assert (result.usage.prompt_tokens, result.model) == (7, "e-2026")
    body = {"model": "some-model", "input": ["tea", "coffee"], "encoding_format": "float"}
    assert sent == [("/v1/embeddings", body)]


@pytest.mark.parametrize(
    "body",
    [
        embedded([1.0, 0.0]),
        embedded([1.0, 0.0], [1.0]),
        embedded([], []),
        embedded([1.0, 0.0], [1.0, 0.0], order=[0, 0]),
        embedded([1.0, 0.0], [1e999, 0.0]) | {"data": [{"index": 0, "embedding": "AAAA"}]},
        {"object": "list", "data": None},
        "no JSON object",
    ],
)
def test_embeddings_that_do_not_fit_the_texts_are_a_broken_answer(body: Any) -> None:
    with pytest.raises(errors.ModelAnswerBroken):
        embed(body)


def test_embeddings_fail_as_chat_does() -> None:
    with pytest.raises(errors.ModelAuthenticationFailed):
        embed({"error": {"code": "invalid_api_key"}}, status=401)
