"""What the room says when it refuses; a message must never carry a secret."""

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.integration.constants import MAX_MINIMUM_SCORE


class DestinationTaken(DomainError):
    """The site has this destination."""

    kind = ErrorKind.CONFLICT
    code = "destination_taken"
    message = "This site is connected to this address already."


class DestinationPlatformConflict(DomainError):
    """The destination's platform has nothing of this kind."""

    kind = ErrorKind.CONFLICT
    code = "destination_platform_conflict"
    message = "A preview site has no address, user or password of its own."


class MinimumScoreInvalid(DomainError):
    """No article can score this."""

    code = "minimum_score_invalid"
    message = f"A minimum score is a number from 0 to {MAX_MINIMUM_SCORE}, or null for none."

    def __init__(self) -> None:
        super().__init__(fields={"minimum_score": [self.message]})


class ApplicationPasswordRequired(DomainError):
    """The stored password goes to no address, and speaks for no user, that it was not given for."""

    code = "application_password_required"
    message = "Enter the application password again when you change the address or the user name."

    def __init__(self) -> None:
        super().__init__(fields={"application_password": [self.message]})


class DestinationWithoutTerms(DomainError):
    """Only a WordPress site has categories and tags of its own."""

    kind = ErrorKind.CONFLICT
    code = "destination_without_terms"
    message = "Only a WordPress site has categories and tags to read."


class TermsTooMany(DomainError):
    """The site has more terms than are read."""

    kind = ErrorKind.UNPROCESSABLE
    code = "destination_terms_too_many"
    message = "The site has more than 20,000 categories or tags; those read so far are kept."


class DestinationWithoutPosts(DomainError):
    """What stands on the preview site is known without asking."""

    kind = ErrorKind.CONFLICT
    code = "destination_without_posts"
    message = "Only a WordPress site has posts and pages to read."


class PostsTooMany(DomainError):
    """The site has more posts or pages than are read."""

    kind = ErrorKind.UNPROCESSABLE
    code = "destination_posts_too_many"
    message = "The site has more than 10,000 posts or pages; the oldest are kept, and none is marked as gone."


class DestinationChanged(DomainError):
    """Somebody changed the connection since the caller read it."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "destination_changed"
    message = "Somebody changed this connection since you opened it; look at it again and repeat your change."
