"""Owns the choice of a cluster's head keyword; must never invent words that nobody searched for."""

from collections.abc import Sequence


def head_keyword(central: Sequence[int], *, volumes: Sequence[int | None]) -> int:
    """Return the row of the keyword that names a cluster: the most searched of its most central members.

    `central` has those rows, most central first; `volumes` are monthly searches by row, None where unknown. Equal or
    unknown volumes leave it to the most central.
    """
    return max(central, key=lambda row: volumes[row] or 0)
