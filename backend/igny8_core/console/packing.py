"""Packs circles close together around a centre; pure, and the same every time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GOLDEN_ANGLE = 2.399963229728653  # radians; points that turn by it fill a disc evenly (Vogel 1979)
_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle in the plane of the picture."""

    x: float
    y: float
    r: float


def pack(radii: Sequence[float], *, gap: float = _GAP) -> list[Circle]:
    """A place for each radius, in the given order, the first at the centre (0, 0); no two come closer than `gap`.

    Each is put at the free place nearest to the centre among points that fill a disc evenly, so large ones should come
    first. Costs O(n² · points); meant for a few hundred circles.
    """
    if not radii:
        return []
    points = _disc(radii)
    order = np.argsort(np.hypot(points[:, 0], points[:, 1]), kind="stable")
    points = points[order]
    placed = np.zeros((len(radii), 3))
    for index, radius in enumerate(radii):
        before = placed[:index]
        room = np.hypot(points[:, 0, None] - before[None, :, 0], points[:, 1, None] - before[None, :, 1]) - (
            before[None, :, 2] + radius + gap
        )
        free = np.flatnonzero((room >= 0).all(axis=1))
        x, y = points[free[0]] if len(free) else (_edge(before) + radius + gap, 0.0)
        placed[index] = (x, y, radius)
    return [Circle(float(x), float(y), float(r)) for x, y, r in placed]


def around(circles: Sequence[Circle]) -> float:
    """The radius of a circle around (0, 0) that holds them all."""
    return max((float(np.hypot(one.x, one.y)) + one.r for one in circles), default=0.0)


def _disc(radii: Sequence[float]) -> npt.NDArray[np.float64]:
    """Points all over a disc that has room for twice the area of the circles, a quarter of the least radius apart."""
    reach = max(radii) * 2 + float(np.sqrt(sum(radius * radius for radius in radii) * 2.2))
    step = max(min(radii) / 4, reach / 60)
    count = int((reach / step) ** 2)
    numbers = np.arange(count)
    distance, angle = step * np.sqrt(numbers), numbers * GOLDEN_ANGLE
    return np.stack([distance * np.cos(angle), distance * np.sin(angle)], axis=1)


def _edge(placed: npt.NDArray[np.float64]) -> float:
    """Beyond everything that is placed: used when the disc was too small after all."""
    return float((np.hypot(placed[:, 0], placed[:, 1]) + placed[:, 2]).max()) if len(placed) else 0.0
