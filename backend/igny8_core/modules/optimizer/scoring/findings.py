"""The words in which the scorer speaks: what goes in, what comes out; it judges nothing itself."""

from dataclasses import dataclass
from enum import Enum

MAX_POINTS = 9
GOOD_FROM = 8
OK_FROM = 5
KEEP = "Nothing to change."  # the advice of a good finding


class Verdict(Enum):
    """How a check ended: 8 to 9 points are good, 5 to 7 ok, fewer bad; what was not judged counts nowhere."""

    GOOD = "good"
    OK = "ok"
    BAD = "bad"
    NOT_JUDGED = "not_judged"


class Dimension(Enum):
    """Which of the two scores a check belongs to."""

    SEO = "seo"
    READABILITY = "readability"


class Place(Enum):
    """What a position counts; every count starts at 0."""

    CHARACTER = "character"  # of the title or the meta description that the check reads
    PARAGRAPH = "paragraph"  # blocks of text that are no headings, in reading order
    SENTENCE = "sentence"  # sentences of prose: paragraphs outside lists, tables and captions
    HEADING = "heading"  # h1 to h6 that hold a word
    LINK = "link"
    IMAGE = "image"


class Part(Enum):
    """What of an article a check speaks of; where in it to look first, its position says."""

    TITLE = "title"
    SLUG = "slug"
    META_DESCRIPTION = "meta_description"
    KEYWORD = "keyword"
    TEXT = "text"
    HEADINGS = "headings"
    LINKS = "links"
    IMAGES = "images"


@dataclass(frozen=True, slots=True)
class Position:
    """Where to look: the `index`-th of what `place` counts."""

    place: Place
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPage:
    """An article as it is scored: `html` is the body, the title is printed above it by the site.

    `site_host` decides which links are internal; without it only relative links are. `language` is an ISO 639-1
    code, a region after it is ignored. `previously_used_count` is the number of other pages of the same site with
    the same head keyword.
    """

    title: str = ""
    slug: str = ""
    meta_description: str = ""
    html: str = ""
    head_keyword: str = ""
    secondary_keywords: tuple[str, ...] = ()
    language: str = "en"
    site_host: str = ""
    is_cornerstone: bool = False
    previously_used_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check saw; `value` stands against `threshold`.

    `position` says where in `part` to look first, and is None where it is the whole of it; `excerpt` is the beginning
    of what stands there, as written.
    """

    check: str
    dimension: Dimension
    part: Part
    verdict: Verdict
    points: int
    max_points: int
    position: Position | None
    excerpt: str
    value: float | None
    threshold: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The result: three numbers from 0 to 100 and every finding behind them, always in the same order.

    `readability` is None in a language of which no readability check could be judged.
    """

    total: int
    seo: int
    readability: int | None
    findings: tuple[Finding, ...]
    ruleset_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a check function returns; the engine adds the check's name and dimension.

    `points` is None when the check could not be judged on this page.
    """

    points: int | None
    value: float | None = None
    threshold: str = ""
    reason: str
    advice: str = ""
    position: Position | None = None


def not_judged(reason: str) -> Judgement:
    """A check that does not fit this page; `reason` says why in one sentence."""
    return Judgement(points=None, reason=reason)


def verdict_of(points: int | None) -> Verdict:
    """The verdict that `points` stand for."""
    if points is None:
        return Verdict.NOT_JUDGED
    if points >= GOOD_FROM:
        return Verdict.GOOD
    return Verdict.OK if points >= OK_FROM else Verdict.BAD
