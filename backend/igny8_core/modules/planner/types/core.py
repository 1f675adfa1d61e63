"""Imports, keywords, clusters and ideas as other rooms and floors get them; it must never hold behaviour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from igny8_core.modules.planner.types.ownership import BriefEntity, BriefLink

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
class SampleRow:
    """One of the first keywords of a file, as it would be imported."""

    text: str
    country: str
    volume: int | None
    difficulty: int | None
    cpc: str
    intent: str


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """A column of a file: its name, the field that it is read as, the likeliest one where nobody knows, first cells.

    `is_fixed` columns are read by the tool's own layout alone, such as one of twelve that make a trend.
    """

    name: str
    field: str | None
    guess: str | None
    is_fixed: bool
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What a file holds before anything of it is written.

    Counts are of the first `rows` records, which are all of them when `is_whole`: `duplicates` repeat an earlier row,
    `known` are on the site already, the others but the rejected ones are new. `mapping` is a MappingSource, with the
    name of the file that a remembered one was made for; with `needs_mapping` nothing was read but the columns, since
    none is known to hold the keywords. `columns` are the first 200; of them `fields` may be said. `keywords_left` is
    the plan's room at that time, `adds_at_most` None while the file goes on; both are None in an old preview.
    """

    tool: str
    encoding: str
    delimiter: str
    columns_read: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    rows: int
    duplicates: int
    rejected: int
    known: int
    is_whole: bool
    sample: tuple[SampleRow, ...]
    mapping: str = "detected"
    mapping_file: str = ""
    needs_mapping: bool = False
    has_header: bool = True
    signature: str = ""
    columns: tuple[ColumnLook, ...] = ()
    columns_more: int = 0
    fields: tuple[str, ...] = ()
    keywords_left: int | None = None
    adds_at_most: int | None = None
    credits: int = 0

    @property
    def new(self) -> int:
        """Keywords that the site does not have yet."""
        return self.rows - self.duplicates - self.rejected - self.known


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is not imported, why, and where it stands in the file."""

    line_number: int
    reason: str
    message: str
    raw: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import of a list; `job_id` is None until somebody starts it. Counts as in ImportReport."""

    id: UUID
    site_id: UUID
    sector_id: UUID | None
    filename: str
    state: str
    source_tool: str
    rows: int
    imported: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    error_message: str
    job_id: UUID | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """One import with its preview, if it had one, and its first rejects."""

    row: ImportRow
    preview: ImportPreview | None
    rejects: tuple[Reject, ...]


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
    questions: tuple[str, ...] = ()
    entities: tuple[BriefEntity, ...] = ()
    links: tuple[BriefLink, ...] = ()
    schema_type: str = ""
    schema_reason: str = ""
    length_reason: str = ""


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
    variant_of: UUID | None = None
    is_head: bool = False
    is_branded: bool | None = None
    is_set_aside: bool = False
    ordering: str = "-volume"


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """One keyword of a list; a metric that is None is not known. Set aside: no run places it."""

    id: UUID
    text: str
    country: str
    volume: int | None
    difficulty: int | None
    cpc: Decimal | None
    cpc_currency: str
    intent: str
    language: str
    variant_of: UUID | None
    trend: tuple[float, ...]
    cluster_id: UUID | None
    cluster_name: str
    is_set_aside: bool
    status: str
    head_text: str = ""
    variants_count: int = 0


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
    topic_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class IdeaQuery:
    """Which ideas of a site a list shows, best score first; what is None does not narrow."""

    site_id: UUID
    search: str = ""
    state: str | None = None
    kind: str | None = None
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
    kind: str
    page_id: UUID | None
    page_url: str


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
