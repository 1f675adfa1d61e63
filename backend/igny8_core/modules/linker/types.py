"""What the linker hands out; it must never hold behaviour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Progress = Callable[[int, int, str], None]
Checkpoint = Callable[[], None]


@dataclass(frozen=True, slots=True)
class SiteAddresses:
    """Where a site's articles are public: what leads to an article, and what to link it by."""

    articles: dict[str, UUID]  # by address key, on every destination
    homes: dict[UUID, str]  # the one address to link to
    hosts: frozenset[str]
    versions: dict[UUID, int]  # of the article, at its home


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan read."""

    articles: int
    read: int
    links: int


@dataclass(frozen=True, slots=True)
class SuggestReport:
    """What a search for links found."""

    articles: int
    suggestions: int


@dataclass(frozen=True, slots=True)
class NodeView:
    """An article in the graph; `is_stale`: it was edited since its links were read."""

    article_id: UUID
    title: str
    inbound: int
    outbound: int
    external: int
    health: str
    url: str
    is_stale: bool
    is_published_older: bool


@dataclass(frozen=True, slots=True)
class GraphView:
    """A site's links in numbers, its orphans, and its most linked articles."""

    articles: int
    internal_links: int
    external_links: int
    orphan: int
    weak: int
    healthy: int
    average_inbound: float
    average_outbound: float
    stale: int
    orphans: tuple[NodeView, ...]
    hubs: tuple[NodeView, ...]


@dataclass(frozen=True, slots=True)
class EdgeView:
    """A link in an article."""

    id: UUID
    source_id: UUID
    target_id: UUID | None
    url: str
    anchor: str
    position: int
    kind: str


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """A suggested link with the titles of both ends."""

    id: UUID
    source_id: UUID
    source_title: str
    target_id: UUID
    target_title: str
    url: str
    anchor: str
    sentence: str
    score: float
    score_parts: dict[str, float]
    state: str
    problem: str
    batch_id: UUID | None


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """One link as it would be put in; `after` marks it as `[anchor](address)`."""

    suggestion_id: UUID
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A link that would not be put in, and why."""

    suggestion_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class ArticlePreview:
    """What inserting would do to one article; `diff` is a unified diff of its HTML."""

    article_id: UUID
    title: str
    changes: tuple[SentenceChange, ...]
    refused: tuple[Refusal, ...]
    diff: str


@dataclass(frozen=True, slots=True)
class BatchArticle:
    """What a batch did to an article: revision numbers before and after, and after undoing."""

    article_id: UUID
    title: str
    outcome: str
    inserted: int
    before: int | None
    after: int | None
    undone: int | None
    is_published_older: bool


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch of links."""

    id: UUID
    site_id: UUID
    state: str
    wanted: int
    inserted: int
    refused: int
    reverted: int
    error_code: str
    error_message: str
    created_at: datetime
    finished_at: datetime | None
