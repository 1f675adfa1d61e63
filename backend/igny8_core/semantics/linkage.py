"""Owns average linkage on a neighbour graph; must never merge two groups that were there before."""

import heapq
from dataclasses import dataclass

from igny8_core.semantics.neighbours import Neighbours

# Linkage alone makes hardly a larger group. One that a person made counts as no larger, or it would take nothing in: a
# row knows fifteen of its members, and the mean over all of them would be next to nothing.
MAX_FROZEN_SIZE = 120


@dataclass(frozen=True, slots=True)
class Graph:
    """Groups and what links them: `links[a][b]` is the sum of similarities over the linked pairs of a's and b's rows.

    The first `frozen` groups are kept apart whatever links them. The rest are single rows. Linking uses the graph up.
    """

    links: list[dict[int, float]]
    sizes: list[int]
    frozen: int


def graph(neighbours: Neighbours, *, frozen: list[list[int]]) -> Graph:
    """Make a graph of rows and frozen groups: the frozen groups first, then the rows 0, 1, ... of `neighbours`.

    `neighbours` has the rows that are free to move; those it names beyond them are members of the frozen groups. A pair
    of free rows counts once, whichever of the two has the other among its nearest.
    """
    free, first = len(neighbours.indices), len(frozen)
    node_of = {row: node for node, members in enumerate(frozen) for row in members}
    links: list[dict[int, float]] = [{} for _ in range(first + free)]
    for row, (near, similarities) in enumerate(
        zip(neighbours.indices.tolist(), neighbours.similarities.tolist(), strict=True)
    ):
        node = first + row
        for other, similarity in zip(near, similarities, strict=True):
            end = first + other if other < free else node_of[other]
            total = similarity if other < free else links[node].get(end, 0.0) + similarity
            links[node][end] = links[end][node] = total
    sizes = [min(len(members), MAX_FROZEN_SIZE) for members in frozen]
    return Graph(links, [*sizes, *[1] * free], first)


def link_by_average(graph: Graph, *, cut: float) -> list[list[int]]:
    """Merge the two groups of highest mean similarity (UPGMA) until none reaches `cut`; returns ascending groups.

    A pair that is no edge of the graph counts as similarity 0, which keeps groups from chaining. The order of
    merges is by similarity, then numbers. O(n k log n). Frozen groups take others in and are never merged: a graph
    without any gives the partition from nothing.
    """
    links, sizes, frozen = graph.links, graph.sizes, graph.frozen
    groups = [[node] for node in range(len(links))]
    heap = [
        (-total / (sizes[a] * sizes[b]), a, b, sizes[a], sizes[b])
        for a, row in enumerate(links)
        for b, total in row.items()
        if a < b and total >= cut * sizes[a] * sizes[b]
    ]
    heapq.heapify(heap)
    while heap:
        _, a, b, size_a, size_b = heapq.heappop(heap)
        if sizes[a] != size_a or sizes[b] != size_b:
            continue  # one of the two has merged since this entry was made
        # A frozen group has the smaller number; else the one with fewer links is the cheaper to move.
        keep, gone = (a, b) if a < frozen or len(links[a]) >= len(links[b]) else (b, a)
        _absorb(links, keep, gone, frozen=frozen)
        groups[keep].extend(groups[gone])
        groups[gone] = []
        sizes[keep], sizes[gone] = size_a + size_b, 0
        for other, total in links[keep].items():
            mean = total / (sizes[keep] * sizes[other])
            if mean >= cut:
                first, second = sorted((keep, other))
                heapq.heappush(heap, (-mean, first, second, sizes[first], sizes[second]))
    return sorted(sorted(group) for group in groups if group)


def _absorb(links: list[dict[int, float]], keep: int, gone: int, *, frozen: int) -> None:
    """Add one group's similarity sums to another's and take it out of the graph."""
    links[keep].pop(gone)
    for other, total in links[gone].items():
        if other == keep:
            continue
        links[other].pop(gone)
        if keep >= frozen or other >= frozen:
            links[keep][other] = links[other][keep] = links[keep].get(other, 0.0) + total
    links[gone] = {}
