"""Owns the upper level, pillars of several clusters each; must never take a cluster apart."""

from collections import Counter
from collections.abc import Sequence

import graspologic_native  # type: ignore[import-untyped]  # a compiled module without types

from igny8_core.semantics.neighbours import Neighbours

RESOLUTION = 1.0  # of the modularity: the measured choice among .5, 1, 2 and 10 for 8 to 20 known classes
_RANDOMNESS = 0.001
_ITERATIONS = 3
_SEED = 20_240_229


def pillars(neighbours: Neighbours, *, groups: Sequence[Sequence[int]]) -> list[int]:
    """Return the pillar of each group, numbered in the order of the groups.

    Communities of the neighbour graph by modularity (Leiden, Traag et al. 2019), seeded; a group goes where most of its
    rows are, the earlier community among equals. Modularity looks at the whole graph: the number of pillars grows
    slowly with the number of keywords, which suits the upper level and not the lower one.
    """
    communities = _communities(neighbours)
    numbers: dict[tuple[bool, int], int] = {}
    found = []
    for members in groups:
        # A row without an edge is a community of its own.
        votes = Counter((row not in communities, communities.get(row, row)) for row in members)
        winner = min(votes, key=lambda community: (-votes[community], community))
        found.append(numbers.setdefault(winner, len(numbers)))
    return found


def _communities(neighbours: Neighbours) -> dict[int, int]:
    edges = {
        (min(row, other), max(row, other)): float(similarity)
        for row, (near, similarities) in enumerate(
            zip(neighbours.indices.tolist(), neighbours.similarities.tolist(), strict=True)
        )
        for other, similarity in zip(near, similarities, strict=True)
        if similarity > 0
    }
    if not edges:
        return {}
    _, found = graspologic_native.leiden(
        edges=[(str(a), str(b), weight) for (a, b), weight in sorted(edges.items())],
        resolution=RESOLUTION,
        randomness=_RANDOMNESS,
        iterations=_ITERATIONS,
        use_modularity=True,
        seed=_SEED,
        trials=1,
    )
    return {int(name): community for name, community in found.items()}
