"""The one function that moves a publication's state."""

from igny8_core.modules.publisher.constants import PublicationState as State
from igny8_core.modules.publisher.errors import PublicationStateConflict
from igny8_core.modules.publisher.models import Publication

_ALLOWED = {
    State.RESERVED: {State.SENDING, State.DRAFTED, State.FAILED},
    State.SENDING: {State.SENDING, State.RESERVED, State.UNKNOWN, State.DRAFTED, State.FAILED},
    State.UNKNOWN: {State.SENDING, State.DRAFTED, State.FAILED},
    State.DRAFTED: {State.DRAFTED, State.PUBLISHING, State.FAILED},
    State.PUBLISHING: {State.PUBLISHED, State.FAILED},
    State.PUBLISHED: {State.PUBLISHED, State.FAILED},
    State.FAILED: {State.RESERVED, State.UNKNOWN, State.DRAFTED},
}


def publication_transition(row: Publication, state: State) -> None:
    """Move a publication in memory and forget its last error; the caller saves. Raises PublicationStateConflict."""
    if state not in _ALLOWED[State(row.state)]:
        raise PublicationStateConflict(f"A publication that is {row.state} cannot become {state}.")
    row.state = state
    row.error_code = row.error_message = ""
