"""What the room hands out: frozen pictures of a publication."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


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
class PublisherCounts:
    """What a site has on its way out; `published_by_day` holds only days with a post, oldest first, in UTC."""

    published: int
    failed: int
    under_way: int
    published_by_day: tuple[tuple[date, int], ...]
