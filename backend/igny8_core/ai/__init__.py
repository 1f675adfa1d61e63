"""The one door to models: dataclasses in, dataclasses and usage out; knows no room and no tenant."""

from igny8_core.ai.port import embed_texts, generate_structured, generate_text
from igny8_core.ai.types import (
    EmbeddingRequest,
    EmbeddingResult,
    Message,
    ModelConfig,
    StructuredResult,
    TextRequest,
    TextResult,
    Usage,
)

__all__ = [
    "EmbeddingRequest",
    "EmbeddingResult",
    "Message",
    "ModelConfig",
    "StructuredResult",
    "TextRequest",
    "TextResult",
    "Usage",
    "embed_texts",
    "generate_structured",
    "generate_text",
]
