"""Proves that the shipped prompts render, and that a prompt can do nothing but name values."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from igny8_core.ai.types import TextRequest
from igny8_core.modules.writer.drafting.brief import DraftBrief, DraftPrompts, OutlineSection
from igny8_core.modules.writer.drafting.prompts import (
    PLACEHOLDERS,
    PromptPlaceholderUnknown,
    paragraph_request,
    render,
)

SHIPPED = Path(__file__).resolve().parents[3] / "system" / "prompts"
SECTION = OutlineSection(heading="Grind", points=("Why does the grind matter?",), target_words=80)
BRIEF = DraftBrief(
    title="French Press Ratio",
    head_keyword="french press ratio",
    sections=(SECTION,),
    target_word_count=80,
    language="de",
)


def shipped(key: str) -> str:
    head, body = (SHIPPED / f"{key}.md").read_text("utf-8").removeprefix("---\n").split("---\n", 1)
    assert f"key: {key}\n" in head
    assert re.search(r"^version: \d+$", head, re.MULTILINE)
    assert re.search(r"^description: \S.+\.$", head, re.MULTILINE)
    return body


def request(prompts: DraftPrompts, *, is_rewrite: bool = False) -> TextRequest:
    return paragraph_request(
        BRIEF,
        section=SECTION,
        point=SECTION.points[0],
        target_words=80,
        prompts=prompts,
        seed=5,
        is_rewrite=is_rewrite,
    )


@pytest.fixture
def prompts() -> DraftPrompts:
    return DraftPrompts(
        system=shipped("writer_system"),
        paragraph=shipped("writer_paragraph"),
        rewrite=shipped("writer_rewrite"),
    )


def test_shipped_prompts_render_without_a_placeholder_left(prompts: DraftPrompts) -> None:
    for is_rewrite in (False, True):
        made = request(prompts, is_rewrite=is_rewrite)
        assert "{" not in made.system + made.prompt
        assert "Why does the grind matter?" in made.prompt
        assert "German" in made.system


def test_request_is_bounded_seeded_and_accepts_a_cut_answer(prompts: DraftPrompts) -> None:
    made = request(prompts)
    assert (made.max_output_tokens, made.seed, made.accepts_truncated) == (128, 5, True)
    assert made.prompt.endswith("about 80 words.")


def test_rewrite_asks_differently(prompts: DraftPrompts) -> None:
    first, second = request(prompts), request(prompts, is_rewrite=True)
    assert first.prompt != second.prompt
    assert (first.temperature, second.temperature) == (0.5, 0.8)


def test_every_placeholder_has_a_value() -> None:
    everything = " ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
    made = request(DraftPrompts(system=everything, paragraph=everything, rewrite=everything))
    assert made.prompt == (
        "general readers  french press ratio Grind German Why does the grind matter? informational  80 "
        "French Press Ratio"
    )


def test_render_refuses_an_unknown_name() -> None:
    with pytest.raises(PromptPlaceholderUnknown) as caught:
        render("Write about {secret_key}.", values={"title": "x"})
    assert caught.value.message == "The prompt names the unknown value {secret_key}."


def test_render_does_not_expand_values_or_reach_into_objects() -> None:
    assert (
        render("{title} {title.__class__} {0}", values={"title": "{heading}"})
        == "{heading} {title.__class__} {0}"
    )


BRANDED = replace(BRIEF, brand="Voice: warm {title}.", call_to_action="Try our beans.")


def asked(brief: DraftBrief, prompts: DraftPrompts, *, section: OutlineSection, point: str) -> TextRequest:
    return paragraph_request(brief, section=section, point=point, target_words=80, prompts=prompts, seed=5)


def test_brand_follows_the_system_prompt_and_is_never_filled_in(prompts: DraftPrompts) -> None:
    plain = request(prompts)
    made = asked(BRANDED, prompts, section=SECTION, point=SECTION.points[0])
    assert made.system == f"{plain.system}\nVoice: warm {{title}}."


def test_brand_stands_where_an_override_says(prompts: DraftPrompts) -> None:
    own = replace(prompts, system="{brand} You know {head_keyword}.")
    made = asked(BRANDED, own, section=SECTION, point=SECTION.points[0])
    assert made.system == "Voice: warm {title}. You know french press ratio."
    assert asked(BRIEF, own, section=SECTION, point="x").system == "You know french press ratio."


def test_call_to_action_ends_the_last_paragraph_alone(prompts: DraftPrompts) -> None:
    last = OutlineSection(heading="Cleaning", points=("How?", "When?"))
    brief = replace(BRANDED, sections=(SECTION, last))
    ends = [
        "Try our beans." in asked(brief, prompts, section=section, point=point).prompt
        for section in brief.sections
        for point in section.points
    ]
    assert ends == [False, False, True]
