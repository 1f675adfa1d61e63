"""Owns the ways in which a call to a tenant's server fails; a message must never carry a secret."""

from collections.abc import Mapping

from igny8_core.common.errors import DomainError, ErrorKind


class RemoteError(DomainError):
    """A call to a tenant's server that did not end well.

    `outcome_unknown`: the server may have carried the request out all the same: look before sending it again.
    `is_retryable`: the same call may succeed later without anybody changing anything.
    """

    kind = ErrorKind.UNAVAILABLE
    code = "remote_error"
    message = "The other server could not be used."
    is_retryable = False

    def __init__(
        self,
        message: str | None = None,
        *,
        outcome_unknown: bool = False,
        retry_after_seconds: int | None = None,
        fields: Mapping[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message, fields=fields)
        self.outcome_unknown = outcome_unknown
        self.retry_after_seconds = retry_after_seconds


class AddressInvalid(RemoteError):
    """The text is not the address of a web server."""

    kind = ErrorKind.INVALID
    code = "outbound_address_invalid"
    message = "Enter a full web address that starts with https://."


class AddressForbidden(RemoteError):
    """The name leads into a network that tenants may not reach."""

    kind = ErrorKind.INVALID
    code = "outbound_address_forbidden"
    message = "This address leads to a private network and cannot be used."


class HostNotFound(RemoteError):
    """The name system knows no such host, or did not answer."""

    code = "outbound_host_not_found"
    is_retryable = True


class HostUnreachable(RemoteError):
    """Nothing accepted the connection; nothing was sent."""

    code = "outbound_host_unreachable"
    is_retryable = True


class TlsFailed(RemoteError):
    """The server's certificate or its TLS is not acceptable; nothing was sent."""

    kind = ErrorKind.UNPROCESSABLE
    code = "outbound_tls_failed"


class ClientBusy(RemoteError):
    """Every connection of this process is in use; nothing was sent."""

    code = "outbound_busy"
    message = "Too many calls to other servers are under way."
    is_retryable = True


class ResponseTimeout(RemoteError):
    """The server took the request and did not answer in time."""

    code = "outbound_timeout"
    is_retryable = True


class ConnectionLost(RemoteError):
    """The connection broke before the whole answer was there."""

    code = "outbound_connection_lost"
    is_retryable = True


class ResponseTooLarge(RemoteError):
    """The answer is larger than this client reads."""

    kind = ErrorKind.UNPROCESSABLE
    code = "outbound_response_too_large"


class ResponseUnreadable(RemoteError):
    """The answer breaks HTTP or uses a compression that was not asked for."""

    kind = ErrorKind.UNPROCESSABLE
    code = "outbound_response_unreadable"


class RequestRedirected(RemoteError):
    """The server points elsewhere, and following it blindly would be wrong; `location` says where."""

    kind = ErrorKind.UNPROCESSABLE
    code = "outbound_redirected"

    def __init__(self, message: str, *, location: str, outcome_unknown: bool = False) -> None:
        super().__init__(message, outcome_unknown=outcome_unknown)
        self.location = location
