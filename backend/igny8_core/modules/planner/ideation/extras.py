"""What a brief says beside its outline: questions, entities, schema type, and why; pure rules, each explained."""

from collections import Counter
from collections.abc import Sequence

from igny8_core.modules.planner.ideation.forms import Form, is_question, keyword_form
from igny8_core.modules.planner.ideation.wording import Wording
from igny8_core.modules.planner.types import BriefEntity, OutlineSection
from igny8_core.semantics.normalise import STOP_WORDS, english_stem, keyword_normalise

MAX_QUESTIONS = 8
MAX_ENTITIES = 8
_FAQ_MIN_QUESTIONS = 3
_ENTITY_MIN_KEYWORDS = 2


def questions(keywords: Sequence[str], *, wording: Wording) -> tuple[str, ...]:
    """At most eight questions that people ask, as they ask them, most searched first; none twice."""
    found: dict[frozenset[str], str] = {}
    for text in keywords:
        if is_question(keyword_normalise(text)):
            found.setdefault(wording.content_stems(text) or frozenset({text}), wording.question(text))
    return tuple(list(found.values())[:MAX_QUESTIONS])


def entities(head: str, keywords: Sequence[str], *, wording: Wording) -> tuple[BriefEntity, ...]:
    """At most eight things to mention: names first, then words beyond the head's that two keywords or more have."""
    texts = [head, *keywords]
    names = [text for text in texts if wording.is_name(text)]
    found = {
        keyword_normalise(text): BriefEntity(wording.inline(text), "a name that people search for")
        for text in names
    }
    own = {english_stem(word) for word in keyword_normalise(head).split()}
    counts = Counter(word for text in texts for word in set(keyword_normalise(text).split()))
    for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        is_thing = word.isalpha() and len(word) > 3 and word not in STOP_WORDS
        if count >= _ENTITY_MIN_KEYWORDS and is_thing and english_stem(word) not in own and not _asks(word):
            found.setdefault(word, BriefEntity(wording.inline(word), f"in {count} of its keywords"))
    return tuple(list(found.values())[:MAX_ENTITIES])


def _asks(word: str) -> bool:
    return keyword_form(word) is not Form.TOPIC or word in {"best", "does", "your", "near"}


def schema_type(head: str, *, intent: str, asked: int) -> tuple[str, str]:
    """The schema.org type that the page should carry, and the rule that says so."""
    form = keyword_form(head)
    if form is Form.RECIPE:
        return "Recipe", "its head asks for a recipe"
    if form is Form.HOW_TO:
        return "HowTo", "its head asks how something is done"
    if form in (Form.QUESTION, Form.DEFINITION) and asked >= _FAQ_MIN_QUESTIONS:
        return "FAQPage", f"its head is a question, and people ask {asked}"
    if form is Form.TOPIC and intent == "transactional":
        return "Product", "its head names something that people want to buy"
    return "Article", "no narrower type fits what is asked"


def length_reason(sections: Sequence[OutlineSection], *, keywords: int) -> str:
    """How the target length came about."""
    if not sections:
        return ""
    words = sections[0].target_words
    return f"{len(sections)} sections of about {words} words, for {keywords} keywords"
