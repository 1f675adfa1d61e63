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
