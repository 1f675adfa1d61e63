"""Topics, edits and the reasons of a placing, as other floors get them; it must never hold behaviour."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an edit did: its id for `plan_edit_undo`, or None when there was nothing to do; how many rows it moved.

    `cluster_id` and `topic_id` are the ones that it made or moved rows to.
    """

    edit_id: UUID | None
    changed: int
    cluster_id: UUID | None = None
    topic_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NearKeyword:
    """A keyword beside another one, with the cosine between them."""

    id: UUID
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class NearCluster:
    """A cluster beside a keyword, with the cosine to its head keyword."""

    id: UUID
    name: str
    similarity: float


@dataclass(frozen=True, slots=True)
class KeywordReasons:
    """Why a keyword is where it is: all of it computed when asked.

    `cluster_source` says who placed it, or set it aside when it has no cluster. `similarity` is its cosine to the sum
    of the cluster's other keywords, `cohesion` the mean over all pairs; both None where there is nothing to compare.
    `intent_source` says whose word the intents are; of the rules' there is `intent_confidence`, 0 to 1, and
    `intent_evidence`, as "intent: word". `is_branded` is the site's own list's word.
    `nearest` are keywords of its own cluster, `elsewhere` the heads of others, nearest first; `variants` are spelled
    or inflected otherwise.
    """

    keyword_id: UUID
    text: str
    cluster_id: UUID | None
    cluster_name: str
    cluster_source: str
    similarity: float | None
    cohesion: float | None
    intents: tuple[str, ...]
    intent_source: str
    intent_confidence: float | None
    intent_evidence: tuple[str, ...]
    is_branded: bool
    nearest: tuple[NearKeyword, ...]
    elsewhere: tuple[NearCluster, ...]
    variants: tuple[NearKeyword, ...]


@dataclass(frozen=True, slots=True)
class SplitPart:
    """One of the two clusters that a cluster would fall into; the most central keywords come first."""

    head: str
    keyword_ids: tuple[UUID, ...]
    texts: tuple[str, ...]
    volume: int
    cohesion: float


@dataclass(frozen=True, slots=True)
class SplitProposal:
    """How a cluster at `version` could be split; no parts when it has too few keywords, too many, or all alike."""

    cluster_id: UUID
    version: int
    cohesion: float
    parts: tuple[SplitPart, ...]


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One topic: what its clusters are about together."""

    id: UUID
    site_id: UUID
    sector_id: UUID | None
    name: str
    head_keyword: str
    clusters_count: int
    keywords_count: int
    volume: int
    avg_difficulty: float | None
    is_locked: bool
    version: int


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """A cluster that something can be put into."""

    id: UUID
    name: str
    topic_name: str
    keywords_count: int
    volume: int
    sector_id: UUID | None


@dataclass(frozen=True, slots=True)
class EditQuery:
    """Which edits of a site's plan a list shows; what is None does not narrow."""

    site_id: UUID
    search: str = ""
    kind: str | None = None
    is_undone: bool | None = None


@dataclass(frozen=True, slots=True)
class PlanEditRow:
    """One edit of a plan; `changed` says which fields of a `change` went from what to what."""

    id: UUID
    kind: str
    subject: str
    rows_count: int
    changed: tuple[tuple[str, object, object], ...]
    actor: str
    created_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClusterPreview:
    """How many clusters each granularity would make of the keywords without one; nothing was written.

    `placed` is how many keywords each would place, into clusters that are there or new ones.
    """

    keywords: int
    clusters: dict[str, int]
    placed: dict[str, int]
