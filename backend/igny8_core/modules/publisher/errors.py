"""Why a publication is not published, yet or at all."""

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.publisher.types import GateDecision


class PublicationStateConflict(DomainError):
    """The publication's state does not allow this."""

    kind = ErrorKind.CONFLICT
    code = "publication_state_conflict"


class PublicationTaken(DomainError):
    """Another worker moved the publication on: this one has nothing more to write."""

    kind = ErrorKind.CONFLICT
    code = "publication_taken"
    message = "This publication is being worked on elsewhere."
    is_retryable = True


class PublicationPending(DomainError):
    """Whether the post arrived cannot be known yet; after `retry_after_seconds` it is looked up."""

    kind = ErrorKind.UNAVAILABLE
    code = "publication_pending"
    is_retryable = True

    def __init__(self, *, retry_after_seconds: int, cause: str = "") -> None:
        self.retry_after_seconds = retry_after_seconds
        look = f"It is not known whether the post arrived; it is looked up in {retry_after_seconds} seconds."
        super().__init__(f"{cause} {look}".strip())


class PublicationUnresolved(DomainError):
    """The post was sent several times and never seen: sending on would only make more of it."""

    kind = ErrorKind.UNPROCESSABLE
    code = "publication_unresolved"
    message = (
        "The post was sent several times and never found again; look for drafts of it at the destination, "
        "then try again."
    )


class PublicationUnconfirmed(DomainError):
    """The destination took the post and does not show it."""

    kind = ErrorKind.UNPROCESSABLE
    code = "publication_unconfirmed"

    def __init__(self, status: str) -> None:
        super().__init__(f"The destination keeps the post as “{status}” instead of publishing it.")


class PublicationVanished(DomainError):
    """What was sent is no longer at the destination; trying again sends it anew."""

    kind = ErrorKind.NOT_FOUND
    code = "publication_vanished"
    message = "The post was deleted at the destination; publish it again to send it anew."


class PublicationEdited(DomainError):
    """Somebody changed the post at the destination: their text is not overwritten."""

    kind = ErrorKind.CONFLICT
    code = "publication_edited"
    message = "The post was edited at the destination; what stands there is kept."


class PublicationSiteConflict(DomainError):
    """Article and destination belong to different sites."""

    kind = ErrorKind.CONFLICT
    code = "publication_site_conflict"
    message = "The article and the destination belong to different sites."


class PublicationSlugTaken(DomainError):
    """Something at the destination stands at this address; `suggestion` is free there."""

    kind = ErrorKind.CONFLICT
    code = "publication_slug_taken"

    def __init__(self, *, suggestion: str) -> None:
        self.suggestion = suggestion
        super().__init__(f"The address is taken at the destination; “{suggestion}” is free.")


class ArticleHeld(DomainError):
    """The article waits for review: its score is below what the destination asks for, or a person rejected it."""

    kind = ErrorKind.CONFLICT
    code = "article_held"

    def __init__(self, decision: GateDecision) -> None:
        self.decision = decision
        super().__init__(decision.reason)


class DestinationPaused(DomainError):
    """The destination takes nothing while it is paused."""

    kind = ErrorKind.CONFLICT
    code = "destination_paused"

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is paused; resume the connection to publish there.")


class PreviewUnwritable(DomainError):
    """The preview's files cannot be written."""

    kind = ErrorKind.UNAVAILABLE
    code = "preview_unwritable"
    message = "The preview site's files cannot be written; the disk may be full."
    is_retryable = True
