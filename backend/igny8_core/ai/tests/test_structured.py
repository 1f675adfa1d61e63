"""Proves how a type becomes a schema and how an answer becomes a checked value."""

from dataclasses import dataclass
from typing import Literal

import pytest
from pydantic import BaseModel

from igny8_core.ai.structured import StructureBroken, adapter_for, mend_instruction, parse, schema_for


@dataclass(frozen=True)
class Point:
    question: str
    weight: float


class Outline(BaseModel):
    heading: str
    intent: Literal["informational", "commercial"] = "informational"
    points: list[Point]


OUTLINE = '{"heading": "Grind", "intent": "commercial", "points": [{"question": "How fine?", "weight": 1}]}'


def test_schema_closes_every_object_and_requires_every_field() -> None:
    schema = schema_for(adapter_for(Outline))
    assert (schema["required"], schema["additionalProperties"]) == (["heading", "intent", "points"], False)
    point = schema["$defs"]["Point"]
    assert (point["required"], point["additionalProperties"]) == (["question", "weight"], False)


def test_answer_becomes_the_value() -> None:
    value = parse(OUTLINE, adapter=adapter_for(Outline))
    assert value == Outline(heading="Grind", intent="commercial", points=[Point("How fine?", 1.0)])


def test_answer_in_a_code_fence_is_read() -> None:
    assert parse(f"```json\n{OUTLINE}\n```", adapter=adapter_for(Outline)).heading == "Grind"


def test_answer_may_be_a_plain_dataclass() -> None:
    assert parse('{"question": "Why?", "weight": 0.5}', adapter=adapter_for(Point)) == Point("Why?", 0.5)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Sure! Here is your outline.", "answer: Invalid JSON"),
        ('{"heading": "Grind", "points": [', "answer: Invalid JSON"),
        ('{"heading": "Grind"}', "points: Field required"),
        (OUTLINE.replace("commercial", "curious"), "intent: Input should be"),
        (OUTLINE.replace('"weight": 1', '"weight": "heavy"'), "points.0.weight: Input should be"),
        ("[]", "answer: "),
    ],
)
def test_broken_answer_names_the_place(text: str, place: str) -> None:
    with pytest.raises(StructureBroken) as caught:
        parse(text, adapter=adapter_for(Outline))
    assert str(caught.value).startswith(place)


def test_complaint_does_not_grow_with_the_answer() -> None:
    many = "[" + ",".join(['{"question": 1}'] * 50) + "]"
    with pytest.raises(StructureBroken) as caught:
        parse(many, adapter=adapter_for(list[Point]))
    assert str(caught.value).count(";") == 4


def test_mend_instruction_carries_the_complaint() -> None:
    assert "points: Field required" in mend_instruction("points: Field required")
