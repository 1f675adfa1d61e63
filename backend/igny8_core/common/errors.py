"""The base of every domain error: a stable code and one sentence for the person who caused it."""

from collections.abc import Mapping, Sequence
from enum import Enum


class ErrorKind(Enum):
    """What went wrong, independent of HTTP; `api/errors.py` maps each kind to a status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    PRECONDITION_FAILED = "precondition_failed"
    TOO_LARGE = "too_large"
    UNPROCESSABLE = "unprocessable"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"


class DomainError(Exception):
    """A refusal that a person can act on.

    `code` is stable and part of the public API; `message` is one clear sentence without secrets;
    `fields` maps an input field to its complaints.
    """

    kind: ErrorKind = ErrorKind.INVALID
    code: str = "invalid"
    message: str = "The request is not valid."

    def __init__(
        self, message: str | None = None, *, fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.message = message or self.message
        self.fields = {name: list(complaints) for name, complaints in (fields or {}).items()}
        super().__init__(self.message)


class NotFound(DomainError):
    """The row is missing or belongs to somebody else: the two look alike on purpose."""

    kind = ErrorKind.NOT_FOUND
    code = "not_found"
    message = "Not found."
