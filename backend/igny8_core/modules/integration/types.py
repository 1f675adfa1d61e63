"""What the room hands out: frozen pictures of a destination, never with its secret."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DestinationView:
    """A destination without its secret; `base_url` is where its posts are read."""

    id: UUID
    site_id: UUID
    platform: str
    name: str
    base_url: str
    username: str
    preview_token: str
    status: str
    minimum_score: int | None


@dataclass(frozen=True, slots=True)
class PreviewPlace:
    """Where a site's preview pages stand, or stood until the destination was deleted."""

    destination_id: UUID
    token: str
    is_deleted: bool
