"""What a person may take back: kept in their session for a while, so that an address carries nothing but its name."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.http import HttpRequest

from igny8_core.common.errors import NotFound

KEPT = 10  # the latest; the message that offers an older one is long gone
_KEY = "undo"


def undo_keep(request: HttpRequest, states: Mapping[UUID, str]) -> UUID:
    """Keep what rows were before they were changed; returns its name."""
    undo_id = uuid4()
    kept = request.session.get(_KEY, [])
    entry = [str(undo_id), {str(row_id): state for row_id, state in states.items()}]
    request.session[_KEY] = [*kept, entry][-KEPT:]
    return undo_id


def undo_take(request: HttpRequest, undo_id: UUID) -> dict[UUID, str]:
    """What the rows were, once; raises NotFound for what this session did not keep."""
    kept = request.session.get(_KEY, [])
    found = next((states for name, states in kept if name == str(undo_id)), None)
    if found is None:
        raise NotFound
    request.session[_KEY] = [entry for entry in kept if entry[0] != str(undo_id)]
    return {UUID(row_id): state for row_id, state in found.items()}
