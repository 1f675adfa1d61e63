"""Adds 1,000 keywords to 10,000 that are clustered: what moves, how well the new ones stand, what it costs.

About half of the new ones are about products that the known ones never mention. The yardstick is a full run over all
11,000 in the same process: the AMI of the new ones against the products (`keywords.py`), and its CPU time.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sklearn.metrics import adjusted_mutual_info_score
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from bench.keywords import keywords  # the path stands first
from bench.report import report
from igny8_core.modules.planner.grouping import group_keywords
from igny8_core.semantics.vectors import KeywordSpace

KNOWN, NEW = 10_000, 1_000

Labels = list[str | None]


def run(texts: Sequence[str], labels: Labels, *, name: str) -> tuple[Labels, float]:
    """Do what the planner does: fit, embed, group; returns every row's label or None, and CPU seconds."""
    start = time.process_time()
    vectors = KeywordSpace.fit(texts).embed(texts)
    found = group_keywords(vectors, texts=texts, volumes=[None] * len(texts), labels=labels)
    seconds = time.process_time() - start
    after = list(labels)
    for row, label in found.joined.items():
        after[row] = str(label)
    for number, group in enumerate(found.groups):
        for row in group.members:
            after[row] = f"{name} {number}"
    return after, seconds


def ami(products: Sequence[int], labels: Labels) -> float:
    """Agreement with the products; a keyword without a cluster stands alone."""
    return float(
        adjusted_mutual_info_score(products, [label or f"free {row}" for row, label in enumerate(labels)])
    )


def _sorted_by_novelty(texts: list[str], products: list[int]) -> tuple[list[str], list[int]]:
    """Bring products to the end, whole ones, until they make half of the new keywords; the other half is of any."""
    fresh: set[int] = set()
    for product in sorted(set(products), reverse=True):
        fresh.add(product)
        if sum(one in fresh for one in products) >= NEW // 2:
            break
    order = sorted(range(len(texts)), key=lambda row: products[row] in fresh)
    return [texts[row] for row in order], [products[row] for row in order]


def main() -> None:
    """Cluster 10,000, add 1,000, and cluster all 11,000 from nothing."""
    texts, products = _sorted_by_novelty(*keywords(KNOWN + NEW))
    KeywordSpace.fit(["warm", "the token table"]).embed(["once"])
    before, _ = run(texts[:KNOWN], [None] * KNOWN, name="first")
    after, seconds = run(texts, [*before, *[None] * NEW], name="added")
    whole, whole_seconds = run(texts, [None] * len(texts), name="whole")
    moved = sum(old is not None and old != new for old, new in zip(before, after, strict=False))
    quality = [ami(products[KNOWN:], labels[KNOWN:]) for labels in (after, whole)]
    joined = sum(label is not None and label.startswith("first") for label in after[KNOWN:])
    print(
        f"cluster_incremental: {joined} of {NEW} joined, {len(set(after) - set(before))} new clusters, "
        f"AMI of the new {quality[0]:.3f}, in a full run {quality[1]:.3f}"
    )
    report("cluster_incremental_moved", moved, unit="old_keywords", limit=0)
    report("cluster_incremental_ami_lost", quality[1] - quality[0], unit="AMI", limit=0.02)
    report("cluster_incremental_cpu", seconds, unit="cpu-s", limit=1)
    report("cluster_incremental_to_full", seconds / whole_seconds, unit="x_full_run_cpu", limit=1)


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()
