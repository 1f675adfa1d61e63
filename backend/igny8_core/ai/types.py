"""What crosses the door to language models, as frozen dataclasses; holds no behaviour and no provider's types."""

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Which model answers, and where: one OpenAI-compatible endpoint.

    `supports_schema` says that the endpoint honours `response_format: json_schema`; without it the schema
    is written into the prompt. `api_key` may be empty for a local server and never appears in a repr.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    supports_schema: bool = True


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class TextRequest:
    """One question to a model: `system`, then `messages`, then `prompt`; empty parts are left out.

    `timeout_seconds` is the budget for the answer with all its retries. A sampling value that is None is
    not sent, because some models refuse the parameter. An answer cut at `max_output_tokens` raises unless
    `accepts_truncated`. `json_schema` and `schema_name` are set by `generate_structured`.
    """

    prompt: str = ""
    system: str = ""
    messages: tuple[Message, ...] = ()
    max_output_tokens: int = 1024
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    timeout_seconds: float = 120.0
    accepts_truncated: bool = False
    json_schema: dict[str, Any] | None = None
    schema_name: str = "answer"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens that the provider counted; `cached_tokens` are a part of `prompt_tokens`."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Both together: a re-ask costs as well."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, kw_only=True)
class TextResult:
    """A model's answer in prose; `model` is the name that the provider answered with."""

    text: str
    usage: Usage
    model: str
    finish_reason: str
    latency_seconds: float


@dataclass(frozen=True, kw_only=True)
class StructuredResult(Generic[T]):
    """A model's answer as a checked value of the type that was asked for; usage covers the re-ask too."""

    data: T
    usage: Usage
    model: str
    finish_reason: str
    latency_seconds: float


@dataclass(frozen=True, kw_only=True)
class EmbeddingRequest:
    """Texts to be placed in a model's space in one call; `timeout_seconds` is the budget with all retries."""

    texts: tuple[str, ...]
    timeout_seconds: float = 60.0


@dataclass(frozen=True, kw_only=True)
class EmbeddingResult:
    """One row of floats per text, in their order and all of one length, as the model gave them."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage
    model: str
