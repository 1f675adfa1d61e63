"""What the room hands out: frozen pictures of a publication, and what the gate said of an article."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GateDecision:
    """Whether an article may go to a destination; `score` is None where no minimum asks for one.

    `reason` is one sentence for people.
    """

    article_id: UUID
    destination_id: UUID
    is_open: bool
    minimum_score: int | None
    score: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class PublicationAsked:
    """What came of asking to publish: a publication and its job, or why the gate holds the article."""

    publication_id: UUID | None = None
    job_id: UUID | None = None
    held: GateDecision | None = None


@dataclass(frozen=True, slots=True)
class PublicationView:
    """A publication as other rooms see it; `twins` are ids of drafts that should be deleted by hand."""

    id: UUID
    article_id: UUID
    destination_id: UUID
    state: str
    url: str
    external_id: str
    error_code: str
    error_message: str
    twins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedPost:
    """A post that is public; `article_version` is the version of the article that stands there."""

    article_id: UUID
    destination_id: UUID
    url: str
    article_version: int | None


@dataclass(frozen=True, slots=True)
class PublisherCounts:
    """What a site has on its way out; `published_by_day` holds only days with a post, oldest first, in UTC."""

    published: int
    failed: int
    under_way: int
    published_by_day: tuple[tuple[date, int], ...]
