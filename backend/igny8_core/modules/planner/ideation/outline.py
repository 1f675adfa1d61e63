"""Lays out an article: the form's own sections around those that its keywords ask for, none of them twice."""

from collections.abc import Sequence

from igny8_core.modules.planner.ideation.forms import Form, keyword_form
from igny8_core.modules.planner.ideation.frames import Block, frame_for
from igny8_core.modules.planner.ideation.lexicon import LITTLE
from igny8_core.modules.planner.ideation.phrases import is_heading, points, section_heading
from igny8_core.modules.planner.ideation.wording import Wording
from igny8_core.modules.planner.types import OutlineSection
from igny8_core.semantics.normalise import keyword_normalise

# Sections to words each: a small model keeps its thread for 450 to 700 words in all.
_SECTION_WORDS = {4: 120, 5: 115, 6: 110}
_SHORTER_INTENTS = ("transactional", "navigational")
_MANY_KEYWORDS = 12
_SOME_KEYWORDS = 4
_TYPES_SHOWN = 2

_LEARNING_ORDER = (Form.DEFINITION, Form.QUESTION, Form.HOW_TO, Form.PROBLEM, Form.COMPARISON, Form.RECIPE)
_BUYING_ORDER = (
    Form.DEFINITION,
    Form.QUESTION,
    Form.BUYING,
    Form.PRICE,
    Form.COMPARISON,
    Form.HOW_TO,
    Form.TOPIC,
)


def outline(
    head: str, keywords: Sequence[str], *, intent: str, wording: Wording
) -> tuple[OutlineSection, ...]:
    """Four to six sections for a head keyword and the other keywords of its idea, most searched first.

    Questions come before comparisons and noun phrases; near-duplicates make one section.
    """
    frame = frame_for(head, intent=intent, wording=wording)
    size = 4 if len(keywords) < _SOME_KEYWORDS else 5 if len(keywords) < _MANY_KEYWORDS else 6
    room = max(1, size - len(frame.opening) - 1)
    middle = _middle(head, keywords, intent=intent, wording=wording, room=room)
    closing = frame.closing[: max(0, size - len(frame.opening) - len(middle))]
    blocks = [*frame.opening, *middle, *closing]
    words = _SECTION_WORDS.get(len(blocks), 110) - (5 if intent in _SHORTER_INTENTS else 0)
    return tuple(OutlineSection(block.heading, block.points, words) for block in blocks)


def plain_outline(head: str, keywords: Sequence[str]) -> tuple[OutlineSection, ...]:
    """The outline for a language whose grammar we do not write: the keywords themselves, as they are searched."""
    chosen = [head, *keywords][:5]
    words = _SECTION_WORDS.get(len(chosen), 120)
    return tuple(OutlineSection(text[:1].upper() + text[1:], (text,), words) for text in chosen)


def _middle(head: str, keywords: Sequence[str], *, intent: str, wording: Wording, room: int) -> list[Block]:
    blocks: list[Block] = []
    own = wording.content_stems(head)
    seen = [own]
    kinds = _kinds(head, keywords)
    buys = intent in ("commercial", "transactional") or keyword_form(head) is Form.BUYING
    if buys and len(kinds) == _TYPES_SHOWN:
        blocks.append(_kinds_block(head, kinds, wording=wording))
        seen += [wording.content_stems(kind) for kind in kinds]
    order = _BUYING_ORDER if buys else _LEARNING_ORDER
    for text in sorted(keywords, key=lambda text: _place(keyword_form(text), order)):
        stems = wording.content_stems(text)
        if len(blocks) >= room or not is_heading(text) or any(_repeats(stems, other, own) for other in seen):
            continue
        seen.append(stems)
        blocks.append(Block(section_heading(text, wording=wording), points(text, wording=wording)))
    return blocks


def _place(form: Form, order: Sequence[Form]) -> int:
    return order.index(form) if form in order else len(order)


def _repeats(stems: frozenset[str], other: frozenset[str], own: frozenset[str]) -> bool:
    """Whether a keyword adds nothing to another one beyond the head's own words."""
    new, old = stems - own, other - own
    return not new or (bool(old) and (new <= old or old <= new))


def _kinds(head: str, keywords: Sequence[str]) -> list[str]:
    """Keywords that name a kind of the head: all of its words, with others before them."""
    head_words = keyword_normalise(head).split()
    found = []
    for text in keywords:
        words = keyword_normalise(text).split()
        is_phrase = keyword_form(text) is Form.TOPIC and LITTLE.isdisjoint(words)
        if is_phrase and words[-1] == head_words[-1] and set(head_words) < set(words):
            found.append(text)
    return found[:_TYPES_SHOWN]


def _kinds_block(head: str, kinds: Sequence[str], *, wording: Wording) -> Block:
    return Block(
        f"Which kind of {wording.inline(head)} suits you?",
        tuple(
            f"What {wording.is_are(kind)} {wording.noun(kind)}, and who {wording.is_are(kind)} "
            f"{'they' if wording.is_plural(kind) else 'it'} for?"
            for kind in kinds
        ),
    )
