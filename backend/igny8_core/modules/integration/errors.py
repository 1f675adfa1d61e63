"""What the room says when it refuses; a message must never carry a secret."""

from igny8_core.common.errors import DomainError, ErrorKind


class SecretKeyMissing(DomainError):
    """This installation has no usable key to encrypt secrets with."""

    kind = ErrorKind.UNAVAILABLE
    code = "secret_key_missing"
    message = "FIELD_ENCRYPTION_KEY is not set to a valid key, so this server can keep no passwords."


class SecretUnreadable(DomainError):
    """A stored secret does not open: its key was lost or replaced, or it was sealed for somebody else."""

    kind = ErrorKind.UNPROCESSABLE
    code = "secret_unreadable"
    message = "The stored password can no longer be read; enter it again."


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


class ApplicationPasswordRequired(DomainError):
    """The stored password goes to no address, and speaks for no user, that it was not given for."""

    code = "application_password_required"
    message = "Enter the application password again when you change the address or the user name."

    def __init__(self) -> None:
        super().__init__(fields={"application_password": [self.message]})
