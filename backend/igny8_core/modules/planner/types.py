"""What the planner hands to other rooms and floors, as frozen dataclasses; it must never hold behaviour."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
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
class SeedReport:
    """What adding a catalogue sector's keywords did; `existing` ones stayed as they were."""

    added: int
    existing: int


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
class KeywordQuery:
    """Which keywords of a site a list shows; what is None does not narrow. `ordering` as the API takes it."""

    site_id: UUID
    search: str = ""
    status: str | None = None
    intent: str | None = None
    sector_id: UUID | None = None
    cluster_id: UUID | None = None
    volume_min: int | None = None
    difficulty_max: int | None = None
    is_unclustered: bool = False
    ordering: str = "-volume"


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """One keyword of a list; a metric that is None is not known."""

    id: UUID
    text: str
    country: str
    volume: int | None
    difficulty: int | None
    cpc: Decimal | None
    cpc_currency: str
    intent: str
    trend: tuple[float, ...]
    cluster_id: UUID | None
    cluster_name: str
    status: str


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster; `cohesion` is the mean cosine over all pairs of its keywords, 0 to 1."""

    id: UUID
    site_id: UUID
    name: str
    head_keyword: str
    keywords_count: int
    volume: int
    avg_difficulty: float | None
    intent: str
    cohesion: float
    type: str
    status: str
    is_locked: bool
    sector_id: UUID | None
    ideas_count: int
    version: int


@dataclass(frozen=True, slots=True)
class IdeaQuery:
    """Which ideas of a site a list shows, best score first; what is None does not narrow."""

    site_id: UUID
    search: str = ""
    state: str | None = None
    cluster_id: UUID | None = None
    score_min: float | None = None


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """One idea of a list."""

    id: UUID
    title: str
    head_keyword: str
    cluster_id: UUID
    cluster_name: str
    score: float
    state: str
    target_word_count: int
    failure_reason: str


@dataclass(frozen=True, slots=True)
class PlannerCounts:
    """What a site has in the plan; `ideas_new` wait for a decision."""

    keywords: int
    clusters: int
    ideas: int
    ideas_new: int


@dataclass(frozen=True, slots=True)
class PlanOutlook:
    """What waits in the plan: keywords without a cluster, ideas that nobody decided on, and accepted ones."""

    keywords_unplaced: int
    ideas_new: int
    ideas_accepted: int
