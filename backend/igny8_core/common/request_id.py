"""The id of the request or job that the current code runs for, for logs and envelopes."""

from contextvars import ContextVar
from uuid import UUID, uuid4

current_request_id: ContextVar[str] = ContextVar("igny8_request_id", default="")


def request_id_new(incoming: str | None) -> str:
    """The canonical form of an incoming UUID, or a new one: nothing else a client sends is echoed or logged."""
    if incoming and len(incoming) <= 64:
        try:
            return str(UUID(incoming))
        except ValueError:
            pass
    return str(uuid4())
