"""Owns the proof of the head keyword's choice."""

import pytest

from igny8_core.semantics.naming import head_keyword

CENTRAL = (2, 0, 1)


@pytest.mark.parametrize(
    ("volumes", "head"),
    [
        ([10, 90, 20, 5_000], 1),  # 3 is searched most but not central
        ([None, None, None, None], 2),
        ([0, None, 0, 10], 2),
        ([50, 50, None, None], 0),
    ],
)
def test_head_keyword_is_the_most_searched_central_one(volumes: list[int | None], head: int) -> None:
    assert head_keyword(CENTRAL, volumes=volumes) == head
