"""Proposes titles for an idea from the form and intent of its head keyword; it must never claim a test or a date."""

from collections.abc import Callable
from dataclasses import dataclass

from igny8_core.modules.planner.ideation.forms import (
    Form,
    comparison_text,
    inner_question,
    keyword_form,
    keyword_options,
)
from igny8_core.modules.planner.ideation.phrases import heading, how_to, subject
from igny8_core.modules.planner.ideation.wording import Wording
from igny8_core.semantics.normalise import keyword_normalise

TITLE_MAX_LENGTH = 200
_SHOWN_LENGTH = 65  # characters that a result page shows of a title


@dataclass(frozen=True, slots=True)
class TitleSubject:
    """What a title is made of: the head keyword, its intent, and whether the idea answers questions or gives steps."""

    head: str
    intent: str
    has_questions: bool
    has_steps: bool
    wording: Wording


def title_options(about: TitleSubject) -> tuple[str, ...]:
    """Two or three different titles, the best first: of those that a result page shows whole, the form's favourite."""
    makers: dict[Form, Callable[[TitleSubject], tuple[str, ...]]] = {
        Form.LOCAL: _local,
        Form.COMPARISON: _comparison,
        Form.RECIPE: _recipe,
        Form.HOW_TO: _how_to,
        Form.PROBLEM: _problem,
        Form.PRICE: _price,
        Form.BUYING: _buying,
        Form.DEFINITION: _definition,
        Form.QUESTION: _question,
        Form.TOPIC: _topic,
    }
    found = dict.fromkeys(title[:TITLE_MAX_LENGTH] for title in makers[keyword_form(about.head)](about))
    return tuple(sorted(found, key=lambda title: len(title) > _SHOWN_LENGTH))


def plain_titles(head: str) -> tuple[str, ...]:
    """The one title for a language whose grammar we do not write: the keyword as it is searched."""
    return (_upper(head)[:TITLE_MAX_LENGTH],)


def _local(about: TitleSubject) -> tuple[str, ...]:
    thing = about.wording.inline(keyword_normalise(about.head).split(" near ")[0])
    return f"How to find good {thing} near you", f"{_upper(thing)} near you: how to tell the good places"


def _comparison(about: TitleSubject) -> tuple[str, ...]:
    options = keyword_options(about.head)
    said = comparison_text(about.head)
    shown = about.wording.sentence(said)
    if options is None:
        return f"{shown}: the differences that matter", f"{shown}: which one suits you?"
    first, second = (about.wording.inline(option) for option in options)
    choice = f"{_upper(first)} or {second}? The differences that matter"
    if said.startswith(options[0]) and said.endswith(options[1]):
        return f"{shown}: which one suits you?", choice, f"{shown} compared"
    return f"{shown} compared", f"{shown}: what is the difference?", choice


def _recipe(about: TitleSubject) -> tuple[str, ...]:
    shown = about.wording.sentence(about.head)
    return f"{shown}: ingredients, steps and tips", f"{shown}, step by step", f"{shown} to make at home"


def _how_to(about: TitleSubject) -> tuple[str, ...]:
    shown = heading(about.head, wording=about.wording)
    task = about.wording.sentence(how_to(about.head, wording=about.wording))
    if not task.startswith("How to") or ":" in task:
        return shown, f"{shown.split(':')[0]}: what works and what to avoid"
    return f"{task}: a step-by-step guide", f"{task} without the usual mistakes", task


def _problem(about: TitleSubject) -> tuple[str, ...]:
    shown = heading(about.head, wording=about.wording)
    if shown.endswith("?"):
        return f"{shown} Causes and fixes", f"{shown} What to check first"
    return f"{shown}: causes and fixes", f"{shown}: what to check first"


def _price(about: TitleSubject) -> tuple[str, ...]:
    shown = about.wording.sentence(about.head)
    return f"{shown}: what you pay for", f"{shown}: what drives it up or down"


def _buying(about: TitleSubject) -> tuple[str, ...]:
    shown = heading(about.head, wording=about.wording)
    key = keyword_normalise(about.head)
    if shown.endswith("?"):
        return shown, f"{shown} The case for and against"
    if key.startswith(("cheap", "affordable")) or " under " in key:
        return f"{shown}: what to expect for the money", f"{shown}: where to save and where not to"
    if " gift" in key:
        return f"{shown}: how to choose", f"{shown}: ideas that fit"
    if key.startswith("best "):
        return f"{shown}: how to choose", f"How to choose the {about.wording.inline(key)}"
    return f"{shown}: what to check before you buy", f"{shown}: strengths and limits"


def _definition(about: TitleSubject) -> tuple[str, ...]:
    shown = heading(about.head, wording=about.wording)
    thing = about.wording.sentence(subject(about.head))
    if shown.endswith("?"):
        return f"{shown.rstrip('?')}, and why does it matter?", f"{thing} explained", shown
    return f"{thing}: what it means and why it matters", f"{thing} explained"


def _question(about: TitleSubject) -> tuple[str, ...]:
    shown = heading(about.head, wording=about.wording)
    inner = inner_question(keyword_normalise(about.head))
    if inner is not None or not shown.endswith("?"):
        topic = about.wording.sentence(inner[0] if inner else about.head)
        return shown, f"{topic}: the answer and what it depends on"
    first = keyword_normalise(about.head).split(" ", 1)[0]
    ending = {
        "how": "The answer in numbers" if _is_measured(about.head) else "A clear explanation",
        "why": "The reasons explained",
        "when": "The signs to look for",
    }.get(first, "What to know")
    return f"{shown} {ending}", shown


def _is_measured(text: str) -> bool:
    return keyword_normalise(text).startswith(("how much", "how many", "how long", "how often"))


def _topic(about: TitleSubject) -> tuple[str, ...]:
    shown, thing = about.wording.sentence(about.head), about.wording.noun(about.head)
    if about.wording.is_name(about.head) or about.intent == "navigational":
        name = shown.removeprefix("The ")
        return f"{name}: what to know before you buy", f"{name}: strengths, limits and alternatives"
    if about.intent in ("commercial", "transactional"):
        return (
            f"How to choose {thing}",
            f"{shown}: what to know before you buy",
            f"{shown} buying guide: what matters and what does not",
        )
    if about.has_questions:
        return f"{shown}: common questions answered", f"{shown} explained", f"A practical guide to {thing}"
    if about.has_steps:
        return f"A practical guide to {thing}", f"{shown}: how to get it right", f"{shown} explained"
    return f"{shown} explained", f"{shown}: what you need to know", f"A short guide to {thing}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
