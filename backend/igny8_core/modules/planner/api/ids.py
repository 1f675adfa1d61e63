"""Ids as addresses carry them."""

from uuid import UUID

from igny8_core.common.errors import NotFound


def id_of(text: str) -> UUID:
    """The id; raises NotFound for what is none, as for a row that is not there."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error
