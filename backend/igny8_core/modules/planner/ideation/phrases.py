"""Makes a heading and the questions under it of one keyword; it must never promise what the keyword does not ask."""

import re

from igny8_core.modules.planner.ideation.forms import (
    ACTIONS,
    Form,
    inner_question,
    is_question,
    keyword_form,
    keyword_options,
)
from igny8_core.modules.planner.ideation.lexicon import LITTLE
from igny8_core.modules.planner.ideation.wording import Wording
from igny8_core.semantics.normalise import keyword_normalise

_PHRASE_MAX_WORDS = 4
_HEADING_MAX_WORDS = 10
_OPEN_END = re.compile(r".* (?:of|for|with|to|in|on|from|about)")
_TAIL = re.compile(r" (?:instructions|step by step|tutorial|diy|explained|meaning|definition|reviews?)$")
_SHOP_WORDS = re.compile(r"^(?:best|cheap(?:est)?|affordable|used|top) | (?:for sale|reviews?)$")
_CHEAP = re.compile(r"^(?:cheap|affordable)|\bunder\b")
_YEAR = re.compile(r"\b20\d\d\b")  # an article is read for longer than its year
_LOOSE_TASK = re.compile(r"\bdiy .")
_WAY = re.compile(r"^(?:the )?(?:\w+ )?ways? to ")
_WORTH = re.compile(r"(?P<thing>.+?) worth (?:it|the money)")
_DEFINED = re.compile(r"what(?:'s| is| are) (?:(?:a|an|the) )?(?P<thing>.+)")
_MEASURE = re.compile(
    r"how (?:much|many|long|often|far|big|hard|strong|hot|old)\b|what (?:temperature|size|time|grind)\b"
)


def is_heading(text: str) -> bool:
    """Whether a keyword reads as a heading: a question, a short phrase, or a longer one held together by a link word.

    "coffee ice cubes bullet ice latte" is what somebody typed, not what an editor would print.
    """
    key = keyword_normalise(text)
    words = key.split()
    if len(words) > _HEADING_MAX_WORDS or _YEAR.search(key) or _LOOSE_TASK.search(key):
        return False
    if keyword_form(text) is not Form.TOPIC or len(words) <= _PHRASE_MAX_WORDS:
        return True
    return not LITTLE.isdisjoint(words[1:-1])


def heading(text: str, *, wording: Wording) -> str:
    """The keyword as a heading in sentence case; a question gets its mark, a bare one its missing words."""
    key = keyword_normalise(text)
    if is_question(key) and not key.startswith("how to "):
        return wording.question(text)
    inner = inner_question(key)
    if inner is not None:
        return _inner_heading(*inner, wording=wording)
    spoken = wording.addressed(text)
    if keyword_form(text) is Form.HOW_TO:
        return wording.sentence(how_to(text, wording=wording))
    worth = _WORTH.fullmatch(key)
    if worth is not None:
        return (
            f"{_first_upper(wording.is_are(worth['thing']))} {wording.noun(worth['thing'])} worth the money?"
        )
    if key.endswith((" meaning", " definition")):
        return wording.sentence(f"What {subject(text)} means")
    return wording.sentence(spoken)


def section_heading(text: str, *, wording: Wording) -> str:
    """The heading of a section inside an article; a buyer's search also says what the section is good for."""
    shown = heading(text, wording=wording)
    if keyword_form(text) is not Form.BUYING or shown.endswith("?"):
        return shown
    key = keyword_normalise(text)
    if key.startswith("best "):
        return f"How to choose the {wording.inline(key)}"
    return f"{shown}: what to {'expect' if _CHEAP.search(key) else 'check'}"


def how_to(text: str, *, wording: Wording) -> str:
    """The task of a HOW_TO keyword as "how to ..."; what is a thing's instructions stays a noun."""
    key = wording.addressed(keyword_normalise(text))
    stripped = _TAIL.sub("", key)
    first, _, rest = stripped.partition(" ")
    if first in ACTIONS:
        return f"how to {first} {'' if rest.startswith(('a ', 'the ', 'your ')) else 'your '}{rest}"
    if stripped == key:
        return key
    return (
        f"how to use {wording.noun(stripped)}"
        if key.endswith("instructions")
        else f"{stripped}: step by step"
    )


def subject(text: str) -> str:
    """What a keyword is about, without the words that only say what kind of answer is wanted."""
    key = keyword_normalise(text)
    defined = _DEFINED.fullmatch(key)
    if defined is not None:
        return defined["thing"]
    return _SHOP_WORDS.sub("", _TAIL.sub("", key))


def task(text: str, *, wording: Wording) -> str:
    """The verb phrase of a HOW_TO keyword: "clean a coffee maker"; without a verb, "do this: ..."."""
    said = _WAY.sub("how to ", how_to(text, wording=wording))
    return said.removeprefix("how to ") if said.startswith("how to ") else f"do this: {said}"


def by_others(said: str) -> str:
    """A verb phrase said of other people: "descale their machine"."""
    return re.sub(r"\byour\b", "their", said)


def points(text: str, *, wording: Wording) -> tuple[str, ...]:
    """Two requests, each complete in itself, that together fill the section under the keyword's heading."""
    form = keyword_form(text)
    makers = {
        Form.HOW_TO: _how_to_points,
        Form.PROBLEM: _problem_points,
        Form.COMPARISON: _comparison_points,
        Form.RECIPE: _recipe_points,
        Form.DEFINITION: _definition_points,
        Form.QUESTION: _question_points,
        Form.PRICE: _price_points,
        Form.BUYING: _buying_points,
    }
    return makers.get(form, _topic_points)(text, wording)


def _how_to_points(text: str, wording: Wording) -> tuple[str, ...]:
    doing = wording.inline(task(text, wording=wording))
    if doing.startswith("do this: "):
        name = wording.inline(subject(text))
        return f"What are the main steps here: {name}?", f"What do beginners get wrong here: {name}?"
    return (
        f"How do you {doing}, from the first step to the last?",
        f"What goes wrong most often when people {by_others(doing)}, and how is it avoided?",
    )


def _problem_points(text: str, wording: Wording) -> tuple[str, ...]:
    shown = heading(text, wording=wording)
    if shown.endswith("?"):
        return shown, f"What can be done about it? The problem is: {wording.inline(_stated(text, wording))}."
    trouble = wording.inline(_stated(text, wording))
    return f"What usually causes this problem: {trouble}?", f"How is this problem fixed: {trouble}?"


def _stated(text: str, wording: Wording) -> str:
    return wording.addressed(keyword_normalise(text))


def _comparison_points(text: str, wording: Wording) -> tuple[str, ...]:
    options = keyword_options(text)
    if options is None:
        shown = wording.inline(text)
        return f"How do they differ: {shown}?", f"Who should choose which: {shown}?"
    first, second = (wording.noun(option) for option in options)
    verbs = tuple(wording.is_are(option) for option in options)
    return (
        f"What is the difference between {first} and {second}?",
        f"When {verbs[0]} {first} the better choice, and when {verbs[1]} {second}?",
    )


def _recipe_points(text: str, wording: Wording) -> tuple[str, ...]:
    shown = wording.inline(text)
    return (
        f"What ingredients and tools does this recipe need: {shown}?",
        f"What are the steps of this recipe: {shown}?",
    )


def _definition_points(text: str, wording: Wording) -> tuple[str, ...]:
    about = wording.inline(subject(text))
    shown = heading(text, wording=wording)
    asked = shown if shown.endswith("?") else f"What does this mean: {about}?"
    return asked, f"Why does this matter in practice: {about}?"


def _question_points(text: str, wording: Wording) -> tuple[str, ...]:
    shown = heading(text, wording=wording)
    if _MEASURE.search(keyword_normalise(text)):
        return shown, f"Which things change the answer to this question: {_first_lower(shown, wording, text)}"
    if keyword_normalise(text).split(" ", 1)[0] in ("why", "how"):
        return shown, f"What follows from this in practice: {_first_lower(shown, wording, text)}"
    return shown, f"What should readers keep in mind here: {_first_lower(shown, wording, text)}"


def _first_lower(shown: str, wording: Wording, text: str) -> str:
    first = shown.split(" ", 1)[0]
    is_plain = first[1:] == first[1:].lower() and first.lower() not in wording.names
    return f"{first.lower()}{shown[len(first) :]}" if is_plain else shown


def _price_points(text: str, wording: Wording) -> tuple[str, ...]:
    shown = wording.inline(text)
    return f"What range of prices is usual here: {shown}?", f"What makes the price higher or lower: {shown}?"


def _buying_points(text: str, wording: Wording) -> tuple[str, ...]:
    shown = wording.inline(text)
    return (
        f"What should a buyer check first: {shown}?",
        f"Which compromises are fair, and which are not: {shown}?",
    )


def _topic_points(text: str, wording: Wording) -> tuple[str, ...]:
    thing = wording.noun(text)
    verb = wording.is_are(text)
    return (
        f"What {verb} {thing}, and what sets {'them' if verb == 'are' else 'it'} apart?",
        f"Who gets the most out of {thing}?",
    )


def _inner_heading(topic: str, ask: str, *, wording: Wording) -> str:
    if _OPEN_END.fullmatch(ask):
        return wording.sentence(f"{ask} {topic}") + ("" if ask.startswith("how to ") else "?")
    mark = "" if ask.startswith("how to ") else "?"
    return f"{wording.sentence(topic)}: {wording.inline(wording.addressed(ask))}{mark}"


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
