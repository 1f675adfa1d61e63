"""What a destination can be asked to do with one post; every call may use the network, none may open a transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Remote:
    """The post as the destination keeps it; `modified_at` is None where nobody but us can change it."""

    external_id: str
    modified_at: datetime | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was read back. `differences` are dictionaries of field, sent and found; `twins` ids of further drafts."""

    url: str
    status: str
    is_published: bool
    modified_at: datetime | None
    differences: tuple[dict[str, str], ...]
    twins: tuple[str, ...]


class Target(Protocol):
    """One post at one destination. Errors are DomainErrors; `outcome_unknown` and `is_retryable` say what they mean."""

    may_arrive_late: bool  # whether a request that was given up may still be carried out

    def at_slug(self, slug: str) -> Self:
        """The same post under another slug."""

    def prepare(self) -> None:
        """Do whatever the post needs before it is marked as sent."""

    def find(self) -> Remote | None:
        """The post under its marker, in whatever status."""

    def send(self) -> Remote:
        """Put the post there, once; raises PublicationSlugTaken."""

    def look(self, external_id: str) -> Remote:
        """The post by its id; raises PublicationVanished."""

    def update(self, external_id: str, *, known_modified_at: datetime | None) -> Remote:
        """Replace the post's content; raises PublicationEdited when somebody else did since."""

    def release(self, external_id: str) -> Remote:
        """Make the post public; safe to repeat."""

    def confirm(self, external_id: str) -> Confirmed:
        """Read the post back; raises PublicationVanished."""
