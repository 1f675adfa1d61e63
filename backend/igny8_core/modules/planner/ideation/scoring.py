"""Scores an idea from figures that anybody can check; it must never hide a part of the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

WEIGHTS = {"volume": 0.30, "ease": 0.25, "intent": 0.20, "size": 0.10, "focus": 0.15}
INTENT_FIT = {"informational": 1.0, "commercial": 0.9, "transactional": 0.5, "navigational": 0.3}
QUICK_WIN_MAX_DIFFICULTY = 35
QUICK_WIN_MIN_VOLUME = 200
_STRANGER_SHARE = 0.5
_FULL_VOLUME = 100_000
_FULL_SIZE = 12
_FULL_COHESION = 0.4


@dataclass(frozen=True, slots=True)
class Figures:
    """What an idea is judged by: its keywords' monthly searches, the known difficulties, and how it hangs together.

    `relation` is the share of its keywords with a word that the whole site is about; `is_stranger` says that the head
    is a noun phrase with a word that no other keyword of the site has.
    """

    volume: int
    difficulties: Sequence[int]
    intent: str
    keywords: int
    cohesion: float
    relation: float
    is_stranger: bool = False


def idea_score(figures: Figures) -> tuple[float, dict[str, float | str]]:
    """Score 0 to 100 and its parts: 100 * sum of weight * part, each part 0 to 1.

    volume = log10(1 + v) / log10(1 + 100,000), half of it for a stranger, whose searchers may want something else
    altogether ("coffee table"); ease = 1 - mean difficulty / 100, .5 when none is known; intent: how
    well an article serves it (informational 1, commercial .9, transactional .5, navigational .3); size =
    keywords / 12; focus = half the share of keywords on the site's own topic, half cohesion / .4. All capped at 1.
    A quick win has a known mean difficulty of at most 35 and at least 200 searches; everything else is new content.
    """
    difficulty = sum(figures.difficulties) / len(figures.difficulties) if figures.difficulties else None
    volume = min(1.0, log10(1 + figures.volume) / log10(1 + _FULL_VOLUME))
    parts = {
        "volume": volume * (_STRANGER_SHARE if figures.is_stranger else 1.0),
        "ease": 0.5 if difficulty is None else 1 - difficulty / 100,
        "intent": INTENT_FIT[figures.intent],
        "size": min(1.0, figures.keywords / _FULL_SIZE),
        "focus": 0.5 * figures.relation + 0.5 * min(1.0, max(0.0, figures.cohesion) / _FULL_COHESION),
    }
    is_easy = difficulty is not None and difficulty <= QUICK_WIN_MAX_DIFFICULTY
    is_quick = is_easy and figures.volume >= QUICK_WIN_MIN_VOLUME
    shown: dict[str, float | str] = {name: round(part, 3) for name, part in parts.items()}
    shown["opportunity"] = "quick_win" if is_quick else "new_content"
    return round(100 * sum(WEIGHTS[name] * part for name, part in parts.items()), 1), shown
