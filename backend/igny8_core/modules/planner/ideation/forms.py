"""Recognises what a keyword asks for from its shape in English; it must never guess beyond the words that are there."""

import re
from enum import StrEnum

from igny8_core.semantics.normalise import keyword_normalise


class Form(StrEnum):
    """The kind of answer that a keyword wants."""

    LOCAL = "local"
    COMPARISON = "comparison"
    RECIPE = "recipe"
    HOW_TO = "how_to"
    PROBLEM = "problem"
    PRICE = "price"
    BUYING = "buying"
    DEFINITION = "definition"
    QUESTION = "question"
    TOPIC = "topic"


# Things that people do to what they own: a keyword may begin with one ("descale coffee machine").
ACTIONS = frozenset(
    "adjust assemble backflush bake calibrate change choose clean cook create decorate descale fix hang install"
    " maintain make organize prepare remove replace reset sew sharpen troubleshoot unclog".split()
)
INTERROGATIVES = frozenset("how what what's why when where which who who's whose".split())
AUXILIARIES = frozenset(
    "am are can can't could did do does don't has have is isn't may might must should was were will won't would".split()
)

_INNER_QUESTION = re.compile(
    r"(?P<topic>\S.*?) (?P<ask>(?:how (?:much|many|often|long|far|big|old|to)|what)\b.*)"
)
_OPTIONS = re.compile(r"(?P<first>.+?) (?P<link>vs|versus|compared to|or) (?P<second>.+)")
_VERDICT = re.compile(r" (?:which (?:one )?is (?:better|best)|differences?|comparison|compared)$")
_DIFFERENCE = re.compile(r"(?:what is the |what's the )?difference between (?P<first>.+?) and (?P<second>.+)")
_VERSUS = re.compile(r"(?<!\S)(?:vs|versus)(?!\S)")
_OR_MAX_WORDS = 4  # on either side; in a longer phrase "or" rarely offers a choice
_SAME_ENDING = 5

_TROUBLE = (
    r"not \w+ing",
    r"(?:is|does|do|will)n'?t",
    r"won'?t",
    r"not working",
    "too (?:hot|cold|fast|slow|weak|strong|thin|thick|watery|loud|salty|sour|bitter|dry|wet)",
    "(?:over)?heating",
    "blinking|flashing|leak(?:s|ing|y)?|stuck|clog(?:s|ged|ging)?|broken|errors?|fail(?:s|ed|ing|ure)?",
    "sour|bitter|burnt|rancid|mou?ldy?|rust(?:y|ing)?|residue|sludge|smell(?:s|y)?|stain(?:s|ed)?",
    "crack(?:s|ed|ing)|sputter(?:s|ing)|stall(?:s|ing)|vibrat(?:es|ing)|noisy|jammed|came off|fell off|loose$",
    "problems?|troubleshoot(?:ing)?|issues?|side effects?|spraying|channeling",
)


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(alternatives)})(?!\S)")


_LOCAL = _any("near (?:me|you|by|downtown)", "nearby", "open now")
_RECIPE = _any("recipes?")
_HOW_TO = _any(
    "how to",
    "ways? to",
    "instructions",
    "step by step",
    "tutorial",
    "diy",
    "how (?:do|can|should) (?:i|you|we)",
)
_PROBLEM = re.compile(rf"(?<!\bthat )(?<!\S)(?:{'|'.join(_TROUBLE)}|no \w+ (?:on|in|from))(?!\S)")
_PRICE = _any("prices?", "pricing", "costs?", "fees?")
_BUYING = _any(
    "best", "^top", "top[ -]rated", "reviews?", "^cheap(?:est)?", "affordable", "for sale", "^used", "buy",
    r"under [$€£]?\d+", "worth (?:it|the money)", "for beginners", "alternatives?", "deals?", "gifts?",
)  # fmt: skip
_DEFINITION = re.compile(
    r"what(?:'s| is| are) (?!the best\b).+|.+ (?:meaning|definition|explained)|what does .+ mean"
)
# No article answers these: their searcher wants a place, a picture, a file or a shop's own page.
_NO_ARTICLE = _any(
    "lyrics", "emojis?", "log ?in", "sign ?in", "coupons?", "promo codes?", "gift cards?.*", "memes?", "wallpapers?",
    "clip ?art", "pictures?", "pdf", "apk", "reddit", "amazon", "ebay", "walmart", "costco", "hotels?", "plugins?",
    "font", "song", "movie", "quotes?", "tattoos?", "discontinued", "calculators?", "converters?",
)  # fmt: skip


def keyword_form(text: str) -> Form:
    """The form whose words the keyword has; a bare noun phrase is a TOPIC."""
    key = keyword_normalise(text)
    if _LOCAL.search(key):
        return Form.LOCAL
    if _RECIPE.search(key):
        return Form.RECIPE
    if keyword_options(text) is not None or (_VERSUS.search(key) and not is_question(key)):
        return Form.COMPARISON
    inner = inner_question(key)
    if inner is not None:
        return Form.HOW_TO if inner[1].startswith("how to ") else Form.QUESTION
    if _HOW_TO.search(key):
        return Form.HOW_TO
    if _PROBLEM.search(key):
        return Form.PROBLEM
    return _later_form(key)


def _later_form(key: str) -> Form:
    if key.split(" ", 1)[0] in ACTIONS:
        return Form.HOW_TO
    if _DEFINITION.fullmatch(key):
        return Form.DEFINITION
    if is_question(key):
        return Form.QUESTION
    if _PRICE.search(key):
        return Form.PRICE
    return Form.BUYING if _BUYING.search(key) else Form.TOPIC


def is_question(key: str) -> bool:
    """Whether a normalised keyword begins as an English question does."""
    first, _, rest = key.partition(" ")
    return bool(rest) and (first in INTERROGATIVES or first in AUXILIARIES)


def inner_question(key: str) -> tuple[str, str] | None:
    """Topic and question of "3 cup moka pot how many ounces"; None for any other shape."""
    if is_question(key):
        return None
    match = _INNER_QUESTION.fullmatch(key)
    return (match["topic"], match["ask"]) if match else None


def keyword_options(text: str) -> tuple[str, str] | None:
    """The two things that a keyword compares; None when it compares nothing, or more than two."""
    key = comparison_text(text)
    match = _DIFFERENCE.fullmatch(key) or (None if is_question(key) else _OPTIONS.fullmatch(key))
    if match is None:
        return None
    first, second = match["first"].split(), match["second"].split()
    if match.groupdict().get("link") == "or" and max(len(first), len(second)) > _OR_MAX_WORDS:
        return None
    if (
        first[-1][0].isdigit()
        or second[0][0].isdigit()
        or first[0] == "too"
        or _VERSUS.search(match["second"])
    ):
        return None
    return _completed(first, second)


def comparison_text(text: str) -> str:
    """A comparison without the words that only ask for a verdict: "x vs y which is better" is "x vs y"."""
    return _VERDICT.sub("", keyword_normalise(text))


def _completed(first: list[str], second: list[str]) -> tuple[str, str]:
    """Give both sides the noun that the keyword says once, and the second only what belongs to it.

    "bleached vs unbleached coffee filters" compares two kinds of filters; "light roast vs dark roast caffeine" two
    roasts.
    """
    if len(first) == 1 < len(second) and second[0].endswith(first[0][-_SAME_ENDING:]):
        first = [*first, *second[1:]]
    elif first[-1] in second[1:-1]:
        second = second[: second.index(first[-1]) + 1]
    return " ".join(first), " ".join(second)


def is_for_article(text: str) -> bool:
    """Whether an article can serve the searcher at all."""
    return _NO_ARTICLE.search(keyword_normalise(text)) is None
