"""The one door to language models: dataclasses in, dataclasses and usage out; knows no room and no tenant."""

from igny8_core.ai.port import generate_structured, generate_text
from igny8_core.ai.types import Message, ModelConfig, StructuredResult, TextRequest, TextResult, Usage

__all__ = [
    "Message",
    "ModelConfig",
    "StructuredResult",
    "TextRequest",
    "TextResult",
    "Usage",
    "generate_structured",
    "generate_text",
]
