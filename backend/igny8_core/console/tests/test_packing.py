"""The map's circles: close together, never over each other, the same every time."""

import itertools
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.console.packing import around, pack

RADII = st.lists(st.floats(min_value=4, max_value=90), min_size=1, max_size=40).map(
    lambda radii: sorted(radii, reverse=True)
)


@given(RADII)
@settings(max_examples=60, deadline=None)
def test_circles_never_overlap_and_keep_their_radii(radii: list[float]) -> None:
    circles = pack(radii)
    assert [circle.r for circle in circles] == radii
    for one, other in itertools.combinations(circles, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) >= one.r + other.r
    assert pack(radii) == circles
    edge = around(circles)
    assert all(math.hypot(circle.x, circle.y) + circle.r <= edge + 1e-9 for circle in circles)


def test_circles_are_close_together() -> None:
    radii = [60.0, *([20.0] * 60)]
    filled = sum(r * r for r in radii) / around(pack(radii)) ** 2
    assert filled > 0.5


def test_nothing_is_no_picture() -> None:
    assert pack([]) == []
    assert around([]) == 0.0
