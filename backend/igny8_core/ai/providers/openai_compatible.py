"""Speaks the OpenAI protocol and turns its failures into domain errors; never retries and never parses content.

Calls are not streamed: a body shorter than its Content-Length, or without its last chunk, is then an error of
the HTTP client, whereas a stream that ends early looks like a complete answer.
"""

import os
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar

from igny8_core.ai import errors
from igny8_core.ai.types import (
    EmbeddingRequest,
    EmbeddingResult,
    ModelConfig,
    TextRequest,
    TextResult,
    Usage,
)

if TYPE_CHECKING:
    import httpx2
    from openai import APIStatusError, OpenAI
    from openai.types.chat import ChatCompletion
    from openai.types.chat.chat_completion import Choice

Answer = TypeVar("Answer")

CONNECT_TIMEOUT_SECONDS = 10.0
KEYLESS = "none"  # the SDK insists on a key; a local server without one ignores it
_CONTEXT_OVERFLOW_CODES = {"context_length_exceeded", "exceed_context_size_error"}
_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached"}
_client_lock = threading.Lock()


class OpenAICompatible:
    """One model behind one endpoint; safe to share between threads."""

    def __init__(self, config: ModelConfig, *, http_client: "httpx2.Client | None" = None) -> None:
        self._model = config.model
        # The test's own transport gets a client of its own; everybody else shares one per endpoint and key.
        self._client = (
            client_shared(config) if http_client is None else _client_new(config, http_client=http_client)
        )

    def complete(self, request: TextRequest, *, timeout_seconds: float) -> TextResult:
        """Ask once and return the answer's text as it came.

        Raises the ModelError that fits: transport, refusal, truncation, emptiness.
        """
        started = time.monotonic()
        completion = _translated(
            lambda: self._client.chat.completions.create(
                **_payload(request, model=self._model), timeout=_timeout(timeout_seconds)
            )
        )
        choice, usage = _choice(completion), _usage(completion)
        return TextResult(
            text=_text(choice, usage=usage, accepts_truncated=request.accepts_truncated),
            usage=usage,
            model=completion.model or self._model,
            finish_reason=choice.finish_reason or "stop",
            latency_seconds=time.monotonic() - started,
        )

    def embed(self, request: EmbeddingRequest, *, timeout_seconds: float) -> EmbeddingResult:
        """Ask once for one row per text.

        Raises the ModelError that fits: transport, or ModelAnswerBroken for rows that do not fit the texts.
        """
        answer = _translated(
            lambda: self._client.embeddings.create(
                model=self._model,
                input=list(request.texts),
                encoding_format="float",  # not every local server knows the SDK's own choice, base64
                timeout=_timeout(timeout_seconds),
            )
        )
        counted = getattr(answer, "usage", None)
        return EmbeddingResult(
            vectors=_vectors(answer, count=len(request.texts)),
            usage=Usage(prompt_tokens=counted.prompt_tokens or 0 if counted else 0),
            model=answer.model or self._model,
        )


def client_shared(config: ModelConfig) -> "OpenAI":
    """The process's one client for this endpoint and key; a forked child never inherits its parent's sockets."""
    with _client_lock:
        return _client_cached(os.getpid(), config.base_url, config.api_key)


@lru_cache(maxsize=32)
def _client_cached(pid: int, base_url: str, api_key: str) -> "OpenAI":
    return _client_new(ModelConfig(base_url=base_url, api_key=api_key, model=""), http_client=None)


def _client_new(config: ModelConfig, *, http_client: "httpx2.Client | None") -> "OpenAI":
    from openai import OpenAI  # costs seconds and 50 MB: only a process that asks a model pays

    return OpenAI(
        base_url=config.base_url, api_key=config.api_key or KEYLESS, max_retries=0, http_client=http_client
    )


def _timeout(seconds: float) -> "httpx2.Timeout":
    import httpx2

    return httpx2.Timeout(seconds, connect=min(seconds, CONNECT_TIMEOUT_SECONDS))


def _payload(request: TextRequest, *, model: str) -> dict[str, Any]:
    turns = [("system", request.system), *((turn.role, turn.content) for turn in request.messages)]
    turns.append(("user", request.prompt))
    payload: dict[str, Any] = {
        "model": model,
        "messages": [{"role": role, "content": content} for role, content in turns if content],
        "max_completion_tokens": request.max_output_tokens,
    }
    for name in ("temperature", "top_p", "frequency_penalty", "seed"):
        if (value := getattr(request, name)) is not None:
            payload[name] = value
    if request.json_schema is not None:
        payload["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": request.schema_name, "schema": request.json_schema, "strict": True},
        }
    return payload


def _translated(call: Callable[[], Answer]) -> Answer:
    import httpx2
    import openai

    # `from None`: a provider's own words may quote the key or the prompt, and a traceback is logged.
    try:
        return call()
    except openai.APITimeoutError:
        raise errors.ModelTimedOut from None
    except openai.APIConnectionError as error:
        raise _connection_error(error.__cause__) from None
    except openai.APIStatusError as error:
        raise _status_error(error) from None
    except (openai.APIError, httpx2.HTTPError, ValueError):
        raise errors.ModelAnswerBroken from None


def _connection_error(cause: BaseException | None) -> errors.ModelError:
    import httpx2

    if isinstance(cause, httpx2.ConnectError | httpx2.UnsupportedProtocol):
        return errors.ModelUnreachable()
    return errors.ModelAnswerBroken()


def _status_error(error: "APIStatusError") -> errors.ModelError:
    status, code = error.status_code, str(error.code or error.type or "")
    if status == 429:
        if code in _QUOTA_CODES:
            return errors.ModelQuotaExhausted()
        return errors.ModelRateLimited(retry_after_seconds=_retry_after_seconds(error.response.headers))
    if status in (401, 403):
        return errors.ModelAuthenticationFailed()
    if status == 404:
        return errors.ModelNotFound()
    if status in (408, 409, 425) or status >= 500:
        return errors.ModelServerFailed()
    return _request_error(code, error_type=str(error.type or ""))


def _request_error(code: str, *, error_type: str) -> errors.ModelError:
    if _CONTEXT_OVERFLOW_CODES & {code, error_type}:
        return errors.ModelContextOverflow()
    if code == "content_filter":
        return errors.ModelRefused()
    return errors.ModelBadRequest()


def _retry_after_seconds(headers: "httpx2.Headers") -> float | None:
    """The wait in seconds; an HTTP date is left to the ordinary back-off, as no provider of models sends one."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


def _choice(completion: "ChatCompletion") -> "Choice":
    # A body that is not JSON reaches us as a plain string, one without choices as None.
    choices = getattr(completion, "choices", None)
    if not choices or getattr(choices[0], "message", None) is None:
        raise errors.ModelAnswerBroken
    first: Choice = choices[0]
    return first


def _vectors(answer: Any, *, count: int) -> tuple[tuple[float, ...], ...]:
    try:
        rows = sorted(answer.data, key=lambda row: row.index)
        vectors = tuple(tuple(map(float, row.embedding)) for row in rows)
        is_whole = [row.index for row in rows] == list(range(count))
    except (AttributeError, TypeError, ValueError):
        raise errors.ModelAnswerBroken from None
    lengths = {len(row) for row in vectors}
    if not is_whole or len(lengths) != 1 or 0 in lengths or not all(map(isfinite, chain(*vectors))):
        raise errors.ModelAnswerBroken
    return vectors


def _usage(completion: "ChatCompletion") -> Usage:
    counted = completion.usage
    if counted is None:
        return Usage()
    details = counted.prompt_tokens_details
    return Usage(
        prompt_tokens=counted.prompt_tokens or 0,
        completion_tokens=counted.completion_tokens or 0,
        cached_tokens=(details.cached_tokens or 0) if details else 0,
    )


def _text(choice: "Choice", *, usage: Usage, accepts_truncated: bool) -> str:
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise errors.ModelRefused(usage=usage)
    if choice.finish_reason == "length" and not accepts_truncated:
        raise errors.ModelOutputTruncated(usage=usage)
    text = (choice.message.content or "").strip()
    if not text:
        raise errors.ModelOutputEmpty(usage=usage)
    return text
