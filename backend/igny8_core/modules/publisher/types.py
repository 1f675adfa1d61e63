"""What the room hands out: frozen pictures of a publication, and what the gate said of an article."""

from dataclasses import dataclass
from datetime import date, datetime
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
class DestinationGate:
    """What the gate of one destination says of an article, and what became of the article there."""

    destination_id: UUID
    name: str
    platform: str
    base_url: str
    is_paused: bool
    decision: GateDecision
    publication: PublicationView | None


@dataclass(frozen=True, slots=True)
class PublicationQuery:
    """Which publications of a site a list shows."""

    site_id: UUID
    state: str | None = None
    destination_id: UUID | None = None
    article_id: UUID | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A publication as a list shows it, with its article and its destination.

    `differences` are dictionaries of field, sent and found; `twins` ids of drafts that should be deleted by hand;
    `sent_version` is the version of the article that stands there, `newest_version` the one that we have.
    """

    id: UUID
    article_id: UUID
    article_title: str
    destination_id: UUID
    destination_name: str
    state: str
    url: str
    sent_version: int | None
    newest_version: int
    is_edited: bool
    differences: tuple[dict[str, str], ...]
    twins: tuple[str, ...]
    error_message: str
    sent_at: datetime | None
    confirmed_at: datetime | None
    updated_at: datetime

    @property
    def is_outdated(self) -> bool:
        """Whether the article was changed since it was published."""
        return self.state == "published" and self.sent_version != self.newest_version


@dataclass(frozen=True, slots=True)
class RetryReport:
    """What came of trying several publications again: jobs that run, and articles that the gate holds."""

    started: int
    held: int


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
