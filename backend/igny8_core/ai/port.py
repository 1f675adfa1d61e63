"""The three questions the house may ask a model; knows no room, no tenant and no stored row."""

import time
from dataclasses import replace
from typing import TypeVar

from igny8_core.ai.errors import ModelOutputInvalid
from igny8_core.ai.providers.openai_compatible import OpenAICompatible
from igny8_core.ai.retry import with_retries
from igny8_core.ai.structured import (
    StructureBroken,
    adapter_for,
    mend_instruction,
    parse,
    schema_for,
    schema_instruction,
)
from igny8_core.ai.types import (
    EmbeddingRequest,
    EmbeddingResult,
    Message,
    ModelConfig,
    StructuredResult,
    TextRequest,
    TextResult,
)

T = TypeVar("T")


def generate_text(request: TextRequest, *, model_config: ModelConfig) -> TextResult:
    """Ask for prose, with retries inside `request.timeout_seconds`.

    Call it outside any transaction. Raises a ModelError; what it spent is in its `usage`.
    """
    provider = OpenAICompatible(model_config)
    return with_retries(
        lambda seconds_left: provider.complete(request, timeout_seconds=seconds_left),
        timeout_seconds=request.timeout_seconds,
    )


def generate_structured(
    request: TextRequest, *, model_config: ModelConfig, output_type: type[T]
) -> StructuredResult[T]:
    """Ask for a value of `output_type` (a pydantic model or a dataclass with fixed fields).

    The answer is checked here whatever the server promises; a broken one is asked for once more with the
    complaint, within the same time budget. Raises a ModelError, ModelOutputInvalid after the re-ask.
    """
    started = time.monotonic()
    adapter = adapter_for(output_type)
    first_request = _with_schema(request, schema=schema_for(adapter), model_config=model_config)
    first = generate_text(first_request, model_config=model_config)
    try:
        return _structured(parse(first.text, adapter=adapter), answer=first)
    except StructureBroken as problem:
        second_request = _mending(first_request, answer=first.text, complaint=str(problem), started=started)
    second = generate_text(second_request, model_config=model_config)
    second = replace(
        second,
        usage=first.usage + second.usage,
        latency_seconds=first.latency_seconds + second.latency_seconds,
    )
    try:
        return _structured(parse(second.text, adapter=adapter), answer=second)
    except StructureBroken:
        raise ModelOutputInvalid(usage=second.usage) from None


def embed_texts(request: EmbeddingRequest, *, model_config: ModelConfig) -> EmbeddingResult:
    """Ask where texts lie in the model's space, with retries inside `request.timeout_seconds`.

    Call it outside any transaction. Raises a ModelError, ModelAnswerBroken for rows that do not fit the texts.
    """
    provider = OpenAICompatible(model_config)
    return with_retries(
        lambda seconds_left: provider.embed(request, timeout_seconds=seconds_left),
        timeout_seconds=request.timeout_seconds,
    )


def _with_schema(
    request: TextRequest, *, schema: dict[str, object], model_config: ModelConfig
) -> TextRequest:
    if model_config.supports_schema:
        return replace(request, json_schema=schema, accepts_truncated=False)
    system = "\n\n".join(part for part in (request.system, schema_instruction(schema)) if part)
    return replace(request, system=system, json_schema=None, accepts_truncated=False)


def _mending(request: TextRequest, *, answer: str, complaint: str, started: float) -> TextRequest:
    asked = (Message(role="user", content=request.prompt),) if request.prompt else ()
    return replace(
        request,
        messages=(*request.messages, *asked, Message(role="assistant", content=answer)),
        prompt=mend_instruction(complaint),
        timeout_seconds=request.timeout_seconds - (time.monotonic() - started),
    )


def _structured(data: T, *, answer: TextResult) -> StructuredResult[T]:
    return StructuredResult(
        data=data,
        usage=answer.usage,
        model=answer.model,
        finish_reason=answer.finish_reason,
        latency_seconds=answer.latency_seconds,
    )
