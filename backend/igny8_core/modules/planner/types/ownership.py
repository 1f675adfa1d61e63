"""Pages, who answers which query, and what overlaps, as other floors get it; it must never hold behaviour."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BriefEntity:
    """A thing that an article should mention, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class BriefLink:
    """A page of the site that an article should link to: one that was there when the idea was made."""

    page_id: UUID
    url: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class VectorEstimate:
    """What a provider's vectors would cost: for `missing` of the texts the account has none yet."""

    texts: int
    missing: int
    credits: int


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as its CMS, a sitemap or a person lists it; `remote_key` finds it again under a new address."""

    url: str
    title: str = ""
    remote_key: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PagesReport:
    """What noting pages did; `refused` are addresses that are none, too long or of another site."""

    added: int
    known: int
    refused: int


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which pages of a site a list shows; what is None does not narrow."""

    site_id: UUID
    search: str = ""
    source: str | None = None
    query_source: str | None = None
    is_removed: bool | None = None


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page; `cluster_name` is the cluster whose head query it owns, `findings` how many open ones speak of it."""

    id: UUID
    site_id: UUID
    url: str
    title: str
    head_query: str
    query_source: str
    source: str
    content_id: UUID | None
    cluster_id: UUID | None
    cluster_name: str
    first_seen_at: datetime
    last_seen_at: datetime | None
    removed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class OwnerProposal:
    """A page that may own a cluster's head query, and why: `reason` is a key, `detail` its figures as a sentence."""

    page_id: UUID
    url: str
    title: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ClusterOwner:
    """Who owns a cluster's head query: a page, by whose word, and the pages that could."""

    cluster_id: UUID
    head_query: str
    page: PageRow | None
    source: str
    proposals: tuple[OwnerProposal, ...]


@dataclass(frozen=True, slots=True)
class FindingQuery:
    """Which findings of a site a list shows, most at stake first; what is None does not narrow."""

    site_id: UUID
    search: str = ""
    state: str | None = None
    kind: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class FindingShare:
    """What one page has of a query's impressions, clicks and position; None is not known."""

    url: str
    impressions: int | None
    clicks: int | None
    position: float | None
    previous_position: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class FindingSide:
    """One of the two things of a finding: an idea or a page; `address` is empty for an idea."""

    id: UUID | None
    is_idea: bool
    title: str
    address: str
    query: str
    state: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """Two things that chase one query; `similarity` is a cosine when meaning, not words, found them."""

    id: UUID
    site_id: UUID
    kind: str
    state: str
    action: str
    query: str
    weight: float
    reason: str
    similarity: float | None
    sides: tuple[FindingSide, ...]
    shares: tuple[FindingShare, ...]
    found_at: datetime | None


@dataclass(frozen=True, slots=True)
class FindingsReport:
    """What a look at the plan and the site left: findings now open, those that are new, and those that went."""

    open: int
    new: int
    gone: int


@dataclass(frozen=True, slots=True)
class IdeaConflict:
    """Why an idea should not be accepted unseen: what is there already for its query."""

    idea_id: UUID
    kind: str
    query: str
    sentence: str
    page_id: UUID | None
    other_idea_id: UUID | None


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One part of a score: its value from 0 to 1, its weight, and the points that it gives; None: no data, left out."""

    name: str
    value: float | None
    weight: float
    points: float | None
