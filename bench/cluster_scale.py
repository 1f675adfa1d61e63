"""Groups 1,000, 10,000 and 100,000 keywords: CPU time, peak memory, and how both grow; each in a process of its own.

Two kinds of lists: made ones with heads and tails as in exports (`keywords.py`), and word sequences out of a real blog.
The peer, scikit-learn's average linkage over all pairs, groups the same 10,000 vectors; 100,000 are beyond it.
"""

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from bench.keywords import keywords  # the path stands first
from bench.report import report
from igny8_core.semantics.cluster import cluster
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.vectors import KeywordSpace

BLOG = Path(__file__).parents[2] / "shared" / "data" / "blog_18f.jsonl"
SIZES = (1_000, 10_000, 100_000)
PEER_SIZE = 10_000
PEER_CUT = 0.3  # mean cosine
BUDGET_SECONDS = {10_000: 12, 100_000: 140}
BUDGET_GIGABYTES = 1.6


def made(count: int) -> list[str]:
    """Keywords as an export has them."""
    return keywords(count)[0]


def spans(count: int) -> list[str]:
    """The first distinct sequences of two to five words of the blog's posts, evenly spread over them."""
    posts = [
        re.findall(r"[a-z0-9'-]+", json.loads(line)["text"].lower()) for line in BLOG.read_text().splitlines()
    ]
    found: dict[str, None] = {}
    for start in range(max(map(len, posts))):
        for post in posts:
            found.setdefault(" ".join(post[start * 3 : start * 3 + 2 + start % 4]))
            if len(found) == count + 1:  # one of them is empty
                return sorted(filter(None, found))
    raise ValueError(f"The blog has fewer than {count} sequences.")


LISTS: dict[str, Callable[[int], list[str]]] = {"made": made, "spans": spans}


def one(name: str, size: int) -> None:
    """Group one list; print CPU seconds of each step, groups, pillars, peak memory in GB, the peer's seconds or 0."""
    texts = LISTS[name](size)
    KeywordSpace.fit(["warm", "the token table"]).embed(["once"])
    with threadpool_limits(limits=1):
        times = [time.process_time()]
        space = KeywordSpace.fit(texts)
        times.append(time.process_time())
        vectors = space.embed(texts)
        times.append(time.process_time())
        found = cluster(vectors, texts=texts)
        times.append(time.process_time())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        peer = linkage_seconds(vectors) if (name, size) == ("made", PEER_SIZE) else 0
    pillars = len({cluster.pillar for cluster in found.clusters})
    print(*np.diff(times), len(found.clusters), pillars, peak, peer)


def linkage_seconds(vectors: Matrix) -> float:
    """CPU seconds of the peer on the same vectors."""
    start = time.process_time()
    AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - PEER_CUT
    ).fit(vectors)
    return time.process_time() - start


def growth(name: str) -> None:
    """Run every size of one kind of list, print its figures, and fit the growth exponent over all of them."""
    totals = []
    for size in SIZES:
        command = [sys.executable, "-m", "bench.cluster_scale", name, str(size)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        fit, embed, group, clusters, pillars, peak, peer = map(float, answer.split())
        totals.append(fit + embed + group)
        print(
            f"cluster_scale {name} {size}: fit {fit:.2f} embed {embed:.2f} group {group:.2f} cpu-s, "
            f"{clusters:.0f} clusters, {pillars:.0f} pillars, peak {peak:.2f} GB"
        )
        title = f"cluster_scale_{name}_{size // 1000}k"
        if size in BUDGET_SECONDS:
            report(title, totals[-1], unit="cpu-s", limit=BUDGET_SECONDS[size])
        if peer:
            report(f"{title}_to_linkage", group / peer, unit="x_sklearn_cpu", limit=1)
    report(f"cluster_scale_{name}_memory", peak, unit="GB", limit=BUDGET_GIGABYTES)
    exponent = float(np.polyfit(np.log(SIZES), np.log(totals), 1)[0])
    report(f"cluster_scale_{name}_growth", exponent, unit="exponent", limit=1.2)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        for kind in LISTS:
            growth(kind)
