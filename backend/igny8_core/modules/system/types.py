"""What the system room hands to other rooms and floors, as frozen dataclasses; it must never hold behaviour."""

from dataclasses import dataclass
from typing import Literal

PromptScope = Literal["system", "account", "site"]
ModelKind = Literal["none", "embedded", "external"]


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt as it ships."""

    key: str
    version: str
    description: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text that counts; `version` is the file's, or `<row id>:<row version>` of an override."""

    key: str
    version: str
    text: str
    scope: PromptScope


@dataclass(frozen=True, slots=True)
class PromptView:
    """The text that counts beside the one that ships.

    An override must keep every one of `required_placeholders` and may use none outside `known_placeholders`;
    `problems` says where one fails that since an upgrade.
    """

    key: str
    description: str
    version: str
    scope: PromptScope
    text: str
    default_version: str
    default_text: str
    required_placeholders: tuple[str, ...]
    known_placeholders: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which language model is configured: where it answers and what it is called, never a secret."""

    kind: ModelKind
    host: str
    model: str
