"""What the planner hands to other rooms and floors, as frozen dataclasses; it must never hold behaviour."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; `rows` counts the records read, rejects and duplicates included."""

    import_id: UUID
    rows: int
    imported: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What a clustering run left: new clusters made, keywords placed by it, keywords still without a cluster."""

    clusters: int
    clustered: int
    unassigned: int


@dataclass(frozen=True, slots=True)
class IdeasReport:
    """How many ideas a run made, and how many there were already."""

    created: int
    kept: int


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """One section: a heading, the questions its paragraphs answer in order, and its length in words."""

    heading: str
    points: tuple[str, ...]
    target_words: int


@dataclass(frozen=True, slots=True)
class IdeaBrief:
    """All that a writer needs to know about an idea; `score_parts` explains the score."""

    idea_id: UUID
    site_id: UUID
    sector_id: UUID | None
    cluster_id: UUID
    cluster_name: str
    title: str
    title_options: tuple[str, ...]
    head_keyword: str
    secondary_keywords: tuple[str, ...]
    search_intent: str
    audience: str
    outline: tuple[OutlineSection, ...]
    target_word_count: int
    language: str
    score: float
    score_parts: dict[str, float | str]


@dataclass(frozen=True, slots=True)
class PlannerCounts:
    """What a site has in the plan; `ideas_new` wait for a decision."""

    keywords: int
    clusters: int
    ideas: int
    ideas_new: int
