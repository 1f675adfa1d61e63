"""Owns the guess of search intent from a keyword's words; must never overrule the label of the user's own tool."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import exp

from igny8_core.semantics.normalise import keyword_normalise

MEMBER_SHARE = 0.3  # of the evidence: an intent that has it belongs to the set
BASE_CONFIDENCE = 0.5  # of "informational" without any sign
_PRIOR = 0.6  # what "informational" has for nothing: four keywords in five are


class SearchIntent(StrEnum):
    """What the searcher wants: to learn, to reach one site, to compare, to act."""

    INFORMATIONAL = "informational"
    NAVIGATIONAL = "navigational"
    COMMERCIAL = "commercial"
    TRANSACTIONAL = "transactional"


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """The intents of a keyword, strongest first; `evidence` names the words that spoke, as "intent: word"."""

    intents: tuple[SearchIntent, ...]
    confidence: float
    evidence: tuple[str, ...]

    @property
    def primary(self) -> SearchIntent:
        """The strongest intent."""
        return self.intents[0]


@dataclass(frozen=True, slots=True)
class _Rule:
    intent: SearchIntent
    weight: float
    pattern: re.Pattern[str]


def _rule(intent: SearchIntent, weight: float, *alternatives: str) -> _Rule:
    # A word ends where normalised text has a space: "c" must not be found in "c++".
    return _Rule(intent, weight, re.compile(rf"(?<!\S)(?:{'|'.join(alternatives)})(?!\S)"))


_INFO, _NAVI = SearchIntent.INFORMATIONAL, SearchIntent.NAVIGATIONAL
_COMM, _TRAN = SearchIntent.COMMERCIAL, SearchIntent.TRANSACTIONAL

_TIE_ORDER = (_TRAN, _COMM, _NAVI, _INFO)  # the rarer intent wins: it was said, not assumed
_BRAND_CONTEXT_WORDS = 2

_RULES = (
    _rule(
        _INFO,
        2.0,
        r"^(?:how|what|why|when|who|whose|which)(?= )",
        r"^where(?= )(?! (?:to|can i) (?:buy|order))",
    ),
    _rule(_INFO, 2.0, r"^(?:what|who|how|where)'s", r"^can you(?= )"),
    _rule(_INFO, 1.5, r"^(?:is|are|can|could|do|does|did|should|will|would|was|were|has|have)(?= \S+ )"),
    _rule(
        _INFO,
        1.5,
        "meanings?",
        "definitions?",
        "define",
        "explained",
        "etymology",
        "synonyms?",
        "pronunciation",
    ),
    _rule(
        _INFO,
        1.5,
        "tutorials?",
        "guides?",
        "tips",
        "ideas",
        "examples?",
        "recipes?",
        "diy",
        "lyrics",
        "quotes",
    ),
    _rule(_INFO, 1.5, "symptoms?", "causes?", "side effects?", "treatments?", "diagnosis", "remed(?:y|ies)"),
    _rule(
        _INFO,
        1.2,
        "history",
        "facts",
        "statistics",
        "stats",
        "population",
        "biography",
        "summary",
        "timeline",
    ),
    _rule(_INFO, 1.0, "benefits?", "types of", "difference between", "learn", "ways? to", "steps", "signs"),
    _rule(
        _INFO, 1.0, "cheat ?sheet", "checklist", "worksheets?", "diagrams?", "charts?", "calculator", "map of"
    ),
    _rule(_NAVI, 2.5, "log[ -]?in", "sign[ -]?in", "log[ -]?on", "my account", "webmail", "portal$"),
    _rule(
        _NAVI, 2.0, "official", "home ?page", "web ?site$", "customer (?:service|support)", "head ?quarters"
    ),
    _rule(_NAVI, 2.0, r"https?://\S+", r"www\.\S+", r"[^\s.]\S*\.(?:com|org|gov|edu|io|co\.uk|de|fr)"),
    _rule(_NAVI, 1.5, "(?:contact|phone) number", "(?:opening|store) hours", "careers"),
    _rule(
        _NAVI, 1.2, "facebook", "youtube", "gmail", "instagram", "twitter", "tiktok", "linkedin", "wikipedia"
    ),
    _rule(_COMM, 2.2, "best(?! (?:way|time|practice|day|place)s?(?: |$))", r"^top(?= )", "top[ -]rated"),
    _rule(_COMM, 1.0, r"^(?:what|which|who)(?: \S+){0,2} (?:is|are|makes?|has) the best"),
    _rule(_COMM, 2.2, "reviews?", "ratings?", "testimonials", "worth it", "legit", "a scam", "pros and cons"),
    _rule(
        _COMM, 2.2, "vs", "versus", r"\S+-vs-\S+", "compared?", "comparisons?", "alternatives?", "competitors"
    ),
    _rule(
        _COMM,
        1.2,
        "recommended",
        "recommendations",
        "brands?",
        "software",
        "tools",
        "platforms?",
        "providers?",
    ),
    _rule(
        _COMM, 1.2, "compan(?:y|ies)", "agenc(?:y|ies)", "affordable", "for (?:men|women|kids|small business)"
    ),
    _rule(_TRAN, 2.5, "buy", "purchase", "for sale", "order (?:online|now)", "^order(?! of)", "add to cart"),
    _rule(_TRAN, 2.5, "coupons?", "promo codes?", "discounts?", "deals?", "vouchers?", "free shipping"),
    _rule(_TRAN, 2.2, "cheap(?:est)?", "clearance", "sale", "wholesale", "in stock", "black friday"),
    _rule(
        _TRAN,
        2.2,
        "downloads?",
        "free trial",
        "subscribe",
        "sign[ -]?up",
        "(?:apply|register) (?:for|online)",
        "apk",
    ),
    _rule(
        _TRAN,
        2.2,
        "^hire",
        "for hire",
        "for rent",
        "^rent an?",
        "rentals?",
        "^book (?:an?|now|online)",
        "bookings?",
    ),
    _rule(
        _TRAN, 2.0, "near me", "nearby", "open now", "same day", "appointments?", "tickets?", "quotes online"
    ),
    _rule(
        _TRAN,
        1.6,
        "prices?",
        "pricing",
        "costs?",
        "fees?",
        r"under [$€£]?\d+",
        r"[$€£]\d+\S*",
        "shop(?:ping)?",
    ),
    _rule(_TRAN, 1.2, "online", "free", "convert(?:er)?", "generator", "services?", "store", "delivery"),
)


def intent_guess(text: str, *, brands: Iterable[str] = ()) -> IntentGuess:
    """Guess the search intents of one keyword from its words (English).

    `brands` are names of sites and products, the user's own and competitors': a keyword that is a brand, or a
    brand with few words, wants that site. `confidence` (0 to 1) is a judgement of the rules, not a probability.
    """
    key = keyword_normalise(text)
    evidence: list[tuple[SearchIntent, float, str]] = [
        (rule.intent, rule.weight, found.group()) for rule in _RULES if (found := rule.pattern.search(key))
    ]
    evidence += _brand_evidence(key, brands)
    scores: defaultdict[SearchIntent, float] = defaultdict(float, {_INFO: _PRIOR})
    for intent, weight, _ in evidence:
        scores[intent] += weight
    return _decide(scores, evidence)


def _brand_evidence(key: str, brands: Iterable[str]) -> list[tuple[SearchIntent, float, str]]:
    """The one brand that fits the keyword best, weighted by how much else the keyword says."""
    found = []
    for brand in brand_keys(tuple(brands)):
        if f" {brand} " in f" {key} ":
            others = len(key.split()) - len(brand.split())
            found.append((3.0 if others == 0 else 1.8 if others <= _BRAND_CONTEXT_WORDS else 0.9, brand))
    if not found:
        return []
    weight, brand = max(found)
    return [(SearchIntent.NAVIGATIONAL, weight, brand)]


@lru_cache(maxsize=64)
def brand_keys(brands: tuple[str, ...]) -> tuple[str, ...]:
    """The exact keys of brand names, without those that have none."""
    return tuple(filter(None, map(keyword_normalise, brands)))


def _decide(
    scores: dict[SearchIntent, float], evidence: list[tuple[SearchIntent, float, str]]
) -> IntentGuess:
    total = sum(scores.values())
    ranked = sorted(scores, key=lambda intent: (-scores[intent], _TIE_ORDER.index(intent)))
    members = tuple(
        intent for intent in ranked if intent is ranked[0] or scores[intent] >= MEMBER_SHARE * total
    )
    top = scores[ranked[0]]
    # The winner's share of the evidence, less when there is little of it.
    confidence = top / total * (1 - exp(-top)) if evidence else BASE_CONFIDENCE
    return IntentGuess(
        members, round(confidence, 3), tuple(f"{intent}: {word}" for intent, _, word in evidence)
    )
