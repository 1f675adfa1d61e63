"""Fills the sections that every article of a kind has; the texts stand in frames.toml, none here."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from igny8_core.modules.planner.ideation.forms import Form, keyword_form, keyword_options
from igny8_core.modules.planner.ideation.phrases import by_others, heading, subject, task
from igny8_core.modules.planner.ideation.wording import Wording


@dataclass(frozen=True, slots=True)
class Block:
    """A section before its length is known."""

    heading: str
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What opens an article, and what may close it when the keywords leave room."""

    opening: tuple[Block, ...]
    closing: tuple[Block, ...]


@cache
def _templates() -> dict[str, Frame]:
    """The frames as they stand in the file beside this module, once per process."""
    kinds = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {
        kind: Frame(_blocks(parts["opening"]), _blocks(parts["closing"])) for kind, parts in kinds.items()
    }


def _blocks(parts: list[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(Block(part["heading"], tuple(part["points"])) for part in parts)


def frame_for(head: str, *, intent: str, wording: Wording) -> Frame:
    """The opening and closing sections for a head keyword, filled in."""
    template = _templates()[_kind(head, intent=intent, wording=wording)]
    values = _values(head, wording=wording)
    return Frame(
        opening=tuple(_filled(block, values) for block in template.opening),
        closing=tuple(_filled(block, values) for block in template.closing),
    )


def _kind(head: str, *, intent: str, wording: Wording) -> str:
    form = keyword_form(head)
    if form is Form.COMPARISON:
        return "many" if keyword_options(head) is None else "pair"
    if form is Form.BUYING:
        return "choice"
    if form is not Form.TOPIC:
        return form.value
    if intent == "navigational" or wording.is_name(head):
        return "product"
    return "choice" if intent in ("commercial", "transactional") else "guide"


def _values(head: str, *, wording: Wording) -> dict[str, str]:
    about = subject(head)
    first, second = keyword_options(head) or ("", "")
    question = heading(head, wording=wording)
    is_plural = wording.is_plural(about)
    return {
        "head": wording.inline(wording.addressed(head)),
        "thing": wording.noun(about),
        "about": wording.inline(about),
        "task": wording.inline(task(head, wording=wording)),
        "question": question if question.endswith("?") else f"{question}?",
        "their_task": by_others(wording.inline(task(head, wording=wording))),
        "a": wording.noun(first),
        "b": wording.noun(second),
        "a_is": wording.is_are(first),
        "b_is": wording.is_are(second),
        "is": "are" if is_plural else "is",
        "do": "do" if is_plural else "does",
        "it": "they" if is_plural else "it",
    }


def _filled(block: Block, values: dict[str, str]) -> Block:
    title = block.heading.format_map(values)
    return Block(title[:1].upper() + title[1:], tuple(point.format_map(values) for point in block.points))
