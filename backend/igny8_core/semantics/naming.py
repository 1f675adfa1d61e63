"""Owns the choice of a topic's head keyword; must never invent words that nobody searched for."""

from collections.abc import Sequence

from igny8_core.semantics.cluster import Cluster


def head_keyword(cluster: Cluster, *, volumes: Sequence[int | None]) -> int:
    """Return the row of the keyword that names a topic: the most searched of its most central members.

    `volumes` are monthly searches by row, None where unknown. Equal or unknown volumes leave it to the most central.
    """
    return max(cluster.central, key=lambda row: volumes[row] or 0)
