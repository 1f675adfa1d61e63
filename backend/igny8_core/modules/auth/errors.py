"""What the room says when it refuses."""

from igny8_core.common.errors import DomainError, ErrorKind


class RegistrationClosed(DomainError):
    """This installation makes its accounts on the host."""

    kind = ErrorKind.FORBIDDEN
    code = "registration_closed"
    message = "Registration is closed on this server; ask its operators for an account."
