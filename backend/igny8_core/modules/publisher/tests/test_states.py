"""The state machine as a table: what is allowed, and that nothing else is."""

import pytest

from igny8_core.modules.publisher.constants import PublicationState as State
from igny8_core.modules.publisher.errors import PublicationStateConflict
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.states import publication_transition

ALLOWED = {
    "reserved": {"sending", "drafted", "failed"},
    "sending": {"sending", "reserved", "unknown", "drafted", "failed"},
    "unknown": {"sending", "drafted", "failed"},
    "drafted": {"drafted", "publishing", "failed"},
    "publishing": {"published", "failed"},
    "published": {"published", "failed"},
    "failed": {"reserved", "unknown", "drafted"},
}


@pytest.mark.parametrize("before", State.values)
@pytest.mark.parametrize("after", State.values)
def test_transition_is_allowed_or_refused(before: str, after: str) -> None:
    row = Publication(state=before, error_code="old", error_message="Old.")
    if after in ALLOWED[before]:
        publication_transition(row, State(after))
        assert (row.state, row.error_code, row.error_message) == (after, "", "")
    else:
        with pytest.raises(PublicationStateConflict, match=f"{before} cannot become {after}"):
            publication_transition(row, State(after))
        assert (row.state, row.error_code) == (before, "old")


def test_nothing_becomes_public_without_having_been_committed_as_publishing() -> None:
    assert {state for state, after in ALLOWED.items() if "published" in after} == {"publishing", "published"}
