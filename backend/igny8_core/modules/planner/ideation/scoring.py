"""Scores an opportunity from figures that anybody can check; it must never hide a part of the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

from igny8_core.modules.planner.constants import IdeaKind
from igny8_core.modules.planner.types import ScoreLine

# As a public scorer of such opportunities weighs them. They add up to 1.05; only their proportions count.
WEIGHTS = {
    "volume": 0.25,
    "position": 0.20,
    "intent": 0.20,
    "competition": 0.15,
    "cluster": 0.10,
    "ctr": 0.05,
    "freshness": 0.05,
    "trend": 0.05,
}
INTENT_FIT = {"informational": 1.0, "commercial": 0.9, "transactional": 0.5, "navigational": 0.3}
QUICK_WIN_POSITIONS = (4.0, 20.0)
_STRANGER_SHARE = 0.5
_FULL_VOLUME = 100_000
_FULL_SIZE = 12
_FULL_COHESION = 0.4
_OLD_DAYS = 730
_FALL_POSITIONS = 3.0
_FALL_SHARE = 0.75
_FALL_MIN_CLICKS = 10
# Roughly what share of searchers a first result page's places get; below them a page gets two in a thousand.
_EXPECTED_CTR = (0.28, 0.15, 0.11, 0.08, 0.07, 0.05, 0.04, 0.03, 0.03, 0.02)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a page of the site does in search for the idea's query; None is not known.

    `age_days` are those since its text was changed.
    """

    position: float | None = None
    previous_position: float | None = None
    impressions: int | None = None
    clicks: int | None = None
    clicks_before: int | None = None
    age_days: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What an idea is judged by: its keywords' monthly searches, the known difficulties, and how it hangs together.

    `relation` is the share of its keywords with a word that the whole site is about; `is_stranger` says that the head
    is a noun phrase with a word that no other keyword of the site has; `standing` is that of the page that it is about.
    """

    volume: int | None
    difficulties: Sequence[int]
    intent: str
    keywords: int
    cohesion: float
    relation: float
    is_stranger: bool = False
    trend: Sequence[float] = ()
    standing: Standing | None = None


NO_FIGURES = Figures(None, [], "informational", 1, 0.0, 0.0)


def idea_score(figures: Figures) -> tuple[float, dict[str, float | str]]:
    """Score 0 to 100 and its parts: 100 * sum(weight * part) / sum(weight) over the parts that there is data for.

    volume = log10(1 + v) / log10(1 + 100,000), half of it for a stranger, whose searchers may want something else
    altogether ("coffee table"); position: 1 at 4 to 10, falling to .5 at 20 and to 0 at 60, .2 above; intent: how well
    an article serves it (informational 1, commercial .9, transactional .5, navigational .3); competition = 1 - mean
    difficulty / 100; cluster = .4 share of keywords on the site's own topic + .4 cohesion / .4 + .2 keywords / 12;
    ctr = how far below what its place should get the page's share of clicks is; freshness = days since the page
    changed / 730; trend = .5 + half of how the last three months stand to the first three. All within 0 and 1. What
    there is no data for is left out, and named in `left_out`.
    """
    parts = {name: value for name, value in _parts(figures).items() if value is not None}
    total = sum(WEIGHTS[name] for name in parts)
    score = 100 * sum(WEIGHTS[name] * part for name, part in parts.items()) / total
    shown: dict[str, float | str] = {name: round(part, 3) for name, part in parts.items()}
    shown["opportunity"] = opportunity(figures).value
    shown["left_out"] = ", ".join(name for name in WEIGHTS if name not in parts)
    return round(score, 1), shown


def opportunity(figures: Figures) -> IdeaKind:
    """New content where no page answers; else declining, a quick win at position 4 to 20, or a refresh.

    Declining: it lost three places, or a quarter of at least ten clicks.
    """
    standing = figures.standing
    if standing is None:
        return IdeaKind.NEW_CONTENT
    if _has_fallen(standing):
        return IdeaKind.DECLINING
    first, last = QUICK_WIN_POSITIONS
    is_near = standing.position is not None and first <= standing.position <= last
    return IdeaKind.QUICK_WIN if is_near else IdeaKind.REFRESH


def score_lines(parts: Mapping[str, float | str]) -> list[ScoreLine]:
    """A score as a bill: every part with its weight and points, those without data last; empty for an older formula."""
    known = {name: parts[name] for name in WEIGHTS if isinstance(parts.get(name), int | float)}
    if "left_out" not in parts or not known:
        return []
    total = sum(WEIGHTS[name] for name in known)
    lines = [
        ScoreLine(name, float(value), WEIGHTS[name], round(100 * WEIGHTS[name] * float(value) / total, 1))
        for name, value in known.items()
    ]
    return lines + [
        ScoreLine(name, None, weight, None) for name, weight in WEIGHTS.items() if name not in known
    ]


def _parts(figures: Figures) -> dict[str, float | None]:
    standing = figures.standing or Standing()
    return {
        "volume": _volume(figures),
        "position": _position(standing.position),
        "intent": INTENT_FIT[figures.intent],
        "competition": _ease(figures.difficulties),
        "cluster": _fit(figures),
        "ctr": _ctr_gap(standing),
        "freshness": None if standing.age_days is None else _within(standing.age_days / _OLD_DAYS),
        "trend": _trend(figures.trend),
    }


def _volume(figures: Figures) -> float | None:
    if figures.volume is None:
        return None
    share = _STRANGER_SHARE if figures.is_stranger else 1.0
    return share * min(1.0, log10(1 + figures.volume) / log10(1 + _FULL_VOLUME))


def _position(position: float | None) -> float | None:
    if position is None:
        return None
    if position < 4:
        return 0.2  # little is left to win
    if position <= 10:
        return 1.0
    return 1.0 - (position - 10) / 20 if position <= 20 else _within(0.5 * (60 - position) / 40)


def _ease(difficulties: Sequence[int]) -> float | None:
    return 1 - sum(difficulties) / len(difficulties) / 100 if difficulties else None


def _fit(figures: Figures) -> float:
    cohesion = _within(figures.cohesion / _FULL_COHESION)
    return 0.4 * figures.relation + 0.4 * cohesion + 0.2 * min(1.0, figures.keywords / _FULL_SIZE)


def _ctr_gap(standing: Standing) -> float | None:
    if standing.position is None or not standing.impressions or standing.clicks is None:
        return None
    place = max(0, round(standing.position) - 1)
    expected = _EXPECTED_CTR[place] if place < len(_EXPECTED_CTR) else 0.002
    return _within(1 - standing.clicks / standing.impressions / expected)


def _trend(months: Sequence[float]) -> float | None:
    if len(months) < 6:
        return None
    first, last = sum(months[:3]), sum(months[-3:])
    return 0.5 if first + last == 0 else _within(0.5 + (last - first) / (first + last) / 2)


def _has_fallen(standing: Standing) -> bool:
    now, before = standing.position, standing.previous_position
    if now is not None and before is not None and now - before >= _FALL_POSITIONS:
        return True
    if standing.clicks is None or standing.clicks_before is None:
        return False
    return (
        standing.clicks_before >= _FALL_MIN_CLICKS and standing.clicks < _FALL_SHARE * standing.clicks_before
    )


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))
