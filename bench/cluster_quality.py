"""Groups labelled short texts without being told how many groups there are, beside two peers on the same vectors.

`python -m bench.cluster_quality [file.jsonl ...]` takes other sets of `{"text", "label"}` lines; every set gets the
same settings. The peers are shown at several thresholds. Average linkage has no default: its best, chosen with the
labels in view, stands for it. Community detection stands at its published default.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, v_measure_score
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from bench.report import report  # the path stands first
from igny8_core.semantics.cluster import Clustering, Granularity, cluster
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.vectors import KeywordSpace

BANKING = Path(__file__).parents[2] / "shared" / "data" / "banking77_test.jsonl"
LINKAGE_CUTS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4)  # mean cosines
COMMUNITY_CUTS = (0.75, 0.6, 0.5)  # the first is the published default
MIN_COMMUNITY = 2


@dataclass(frozen=True, slots=True)
class Score:
    """How well labels fit the known ones, all 1.0 at best; `seconds` of CPU after the vectors."""

    ami: float
    ari: float
    v: float
    count: int
    seconds: float

    def __str__(self) -> str:
        return f"V {self.v:.3f} AMI {self.ami:.3f} ARI {self.ari:.3f} groups {self.count} cpu-s {self.seconds:.2f}"


def communities(vectors: Matrix, *, cut: float, smallest: int = MIN_COMMUNITY) -> list[int]:
    """Community detection as sentence-transformers describes it: rows nearer than `cut` to one row are a candidate.

    Larger candidates go first, each with the rows that no earlier one took; one left with fewer than `smallest` is
    dropped. A row in no community stands alone.
    """
    near = vectors @ vectors.T >= cut
    labels = np.full(len(vectors), -1)
    for row in np.argsort(-near.sum(axis=1), kind="stable"):
        members = np.flatnonzero(near[row] & (labels == -1))
        if len(members) >= smallest:
            labels[members] = row
    alone = labels == -1
    labels[alone] = len(vectors) + np.flatnonzero(alone)
    return [int(label) for label in labels]


def linkage(vectors: Matrix, *, cut: float) -> list[int]:
    """scikit-learn's average linkage over all pairs, down to a mean cosine of `cut`."""
    model = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - cut
    )
    return [int(label) for label in model.fit_predict(vectors)]


def scored(group: Callable[[], Sequence[int]], known: Sequence[str]) -> Score:
    """Time one grouping and compare it with the known labels."""
    start = time.process_time()
    labels = group()
    seconds = time.process_time() - start
    return Score(
        ami=adjusted_mutual_info_score(known, labels),
        ari=adjusted_rand_score(known, labels),
        v=v_measure_score(known, labels),
        count=len(set(labels)),
        seconds=seconds,
    )


def measure(path: Path) -> tuple[Score, Score, Score]:
    """Print every method's scores on one set; returns ours, linkage at its best and communities at their default."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    texts, known = [row["text"] for row in rows], [row["label"] for row in rows]
    start = time.process_time()
    vectors = KeywordSpace.fit(texts).embed(texts)
    print(f"cluster_quality {path.stem}: {len(texts)} texts, {len(set(known))} labels, ", end="")
    print(f"vectors in {time.process_time() - start:.2f} cpu-s")
    found = {choice: cluster(vectors, texts=texts, granularity=choice) for choice in Granularity}
    for choice, result in found.items():
        print(f"  ours, clusters, {choice:7} {scored(lambda one=result: one.labels, known)}")
    print(f"  ours, pillars           {scored(lambda: _pillars(found[Granularity.NORMAL]), known)}")
    ours = scored(lambda: cluster(vectors, texts=texts).labels, known)
    linked = {cut: scored(lambda at=cut: linkage(vectors, cut=at), known) for cut in LINKAGE_CUTS}
    common = {cut: scored(lambda at=cut: communities(vectors, cut=at), known) for cut in COMMUNITY_CUTS}
    for name, tried in (("average linkage", linked), ("community", common)):
        for cut, score in tried.items():
            print(f"  {name:16} {cut:<6} {score}")
    return ours, max(linked.values(), key=lambda score: score.ami), common[COMMUNITY_CUTS[0]]


def _pillars(found: Clustering) -> list[int]:
    pillar_of = {one.label: one.pillar for one in found.clusters}
    return [pillar_of[label] for label in found.labels]


def main(paths: list[Path]) -> None:
    """Measure BANKING77 against its budgets, or the given sets against the peers alone."""
    results = {path: measure(path) for path in paths or [BANKING]}
    if BANKING in results:
        ours, by_linkage, _ = results[BANKING]
        report("cluster_quality_ami", ours.ami, unit="AMI", limit=0.70, at_most=False)
        report("cluster_quality_ari", ours.ari, unit="ARI", limit=0.50, at_most=False)
        report(
            "cluster_quality_ami_to_linkage", ours.ami / by_linkage.ami, unit="ratio", limit=1, at_most=False
        )
    gains = [ours.ami - by_community.ami for ours, _, by_community in results.values()]
    report("cluster_quality_over_community", float(np.mean(gains)), unit="AMI", limit=0.2, at_most=False)


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main([Path(name).resolve() for name in sys.argv[1:]])
