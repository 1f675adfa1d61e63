"""Turns a type into the schema a model must follow, and an answer into a checked value; talks to no server."""

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

_FENCED = re.compile(r"^```(?:json)?\s*(?P<body>.*?)\s*```$", re.DOTALL)
COMPLAINTS_MAX = 5


class StructureBroken(ValueError):
    """The answer is not JSON or breaks the schema; the message tells the model what to mend."""


def adapter_for(output_type: type[T]) -> "TypeAdapter[T]":
    """The checker of a pydantic model, a dataclass or any other annotated type."""
    from pydantic import TypeAdapter  # a fifth of a second that only a structured call pays

    return TypeAdapter(output_type)


def schema_for(adapter: "TypeAdapter[Any]") -> dict[str, Any]:
    """The type's JSON schema with closed objects, as strict providers demand: every field required, none extra."""
    schema = adapter.json_schema()
    _close(schema)
    return schema


def parse(text: str, *, adapter: "TypeAdapter[T]") -> T:
    """The answer as a checked value; raises StructureBroken."""
    from pydantic import ValidationError

    fenced = _FENCED.match(text.strip())
    try:
        # pydantic's strict JSON mode would refuse an integer for a float; lax mode still refuses a wrong shape.
        return adapter.validate_json(fenced["body"] if fenced else text)
    except ValidationError as error:
        complaints = error.errors(include_url=False, include_input=False)[:COMPLAINTS_MAX]
        raise StructureBroken("; ".join(_sentence(complaint) for complaint in complaints)) from None


def schema_instruction(schema: dict[str, Any]) -> str:
    """What a model is told when its server cannot force a schema."""
    return "Answer with JSON only, without any other text. It must match this JSON Schema:\n" + json.dumps(
        schema, separators=(",", ":")
    )


def mend_instruction(complaint: str) -> str:
    """What a model is told, once, after an answer that broke the schema."""
    return f"That answer does not match the schema: {complaint}. Send the corrected JSON only."


def _sentence(complaint: Any) -> str:
    place = ".".join(str(part) for part in complaint["loc"]) or "answer"
    return f"{place}: {complaint['msg']}"


def _close(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _close(item)
    elif isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            node["additionalProperties"] = False
            node["required"] = list(node["properties"])
        for value in node.values():
            _close(value)
