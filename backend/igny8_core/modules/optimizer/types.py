"""What the optimizer hands out: frozen scores with their findings, and how one became another."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    """A text to score without storing anything."""

    title: str = ""
    slug: str = ""
    meta_description: str = ""
    html: str = ""
    head_keyword: str = ""
    secondary_keywords: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PositionView:
    """The `index`-th (from 0) of what `place` counts: character, paragraph, sentence, heading, link or image."""

    place: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """What one check saw, where, why it matters and how to mend it; `verdict` is good, ok, bad or not_judged."""

    check: str
    dimension: str
    part: str
    verdict: str
    points: int
    max_points: int
    position: PositionView | None
    excerpt: str
    value: float | None
    threshold: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePoint:
    """A kept score without its findings; `readability` is None in a language that no such check knows."""

    id: UUID
    article_id: UUID
    article_version: int
    ruleset_version: str
    total: int
    seo: int
    readability: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """A score with its findings, always in the same order; `point` is None for a text that was only tried."""

    total: int
    seo: int
    readability: int | None
    ruleset_version: str
    findings: tuple[FindingView, ...]
    point: ScorePoint | None = None


@dataclass(frozen=True, slots=True)
class FindingChange:
    """One check in two scores; None where a ruleset did not have it."""

    check: str
    before: FindingView | None
    after: FindingView | None

    @property
    def points_gained(self) -> int:
        """The points of the later finding beyond those of the earlier one."""
        return (self.after.points if self.after else 0) - (self.before.points if self.before else 0)


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """Two scores of one article, and the checks that ended differently."""

    before: ScorePoint
    after: ScorePoint
    changes: tuple[FindingChange, ...]
