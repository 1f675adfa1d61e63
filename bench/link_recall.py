"""Finds the links that editors set, hidden from the ranker: recall@10 beside BM25 and random, speed, in one run."""

import json
import random
import sys
import time
from html import escape
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from bench.report import report  # the path stands first
from igny8_core.common.text import sentences
from igny8_core.modules.linker.placing import LinkTarget, anchors_choose
from igny8_core.semantics.linking import LinkIndex

DATA = Path(__file__).parents[2] / "shared" / "data" / "blog_18f.jsonl"
K = 10
NAMED = 40  # ranked pages whose name is looked for in the text, as the room does
SETTINGS = {"removed": ("text_na", 0.70, 0.76), "kept": ("text", 0.79, 0.85)}
PAGES = 10_000
ASKED = 200
BM25_K1, BM25_B = 1.5, 0.75


class Blog:
    """Posts in the order of the file, and which older posts each one links to."""

    def __init__(self) -> None:
        with DATA.open() as lines:
            self.posts = [json.loads(line) for line in lines]
        at = {post["id"]: place for place, post in enumerate(self.posts)}
        dates = np.array([post["date"] for post in self.posts])
        self.older = dates[None, :] < dates[:, None]
        self.links = [{at[name] for name in post["links"] if name in at} for post in self.posts]
        self.gold = {
            place: {target for target in targets if self.older[place, target]}
            for place, targets in enumerate(self.links)
        }
        self.gold = {place: targets for place, targets in self.gold.items() if targets}

    def links_in(self, source: int) -> np.ndarray:
        """How many links each post had from posts older than the source: nobody knows the later ones yet."""
        counts = np.zeros(len(self.posts), np.int64)
        for place in np.flatnonzero(self.older[source]):
            counts[list(self.links[place])] += 1
        return counts

    def recall(self, best: dict[int, list[int]]) -> float:
        """The mean share of a post's own links among the best K older posts."""
        shares = [len(targets & set(best[place][:K])) / len(targets) for place, targets in self.gold.items()]
        return float(np.mean(shares))


class Bm25:
    """Okapi BM25 over words with the whole post as the query, vectorised; no n-grams, as the formula has it."""

    def __init__(self, pages: list[str]) -> None:
        self.words = CountVectorizer(stop_words="english", dtype=np.float32)
        counts = self.words.fit_transform(pages).tocsr()
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        containing = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = np.log1p((len(pages) - containing + 0.5) / (containing + 0.5))
        rows = np.repeat(np.arange(len(pages)), np.diff(counts.indptr))
        damping = BM25_K1 * (1 - BM25_B + BM25_B * lengths[rows] / lengths.mean())
        values = idf[counts.indices] * counts.data * (BM25_K1 + 1) / (counts.data + damping)
        self.by_term = csr_matrix((values, counts.indices, counts.indptr), counts.shape).T.tocsr()

    def scores(self, text: str) -> np.ndarray:
        """The score of every page for a query text."""
        return np.asarray((self.words.transform([text]) @ self.by_term).todense())[0]


def recalls(blog: Blog) -> None:
    """Print our recall, BM25's and random's, with the anchors' text taken out of the source and with it."""
    titles, texts = ([post[name] for post in blog.posts] for name in ("title", "text"))
    index, bm25 = (
        LinkIndex.fit(titles, texts),
        Bm25([f"{t}\n{x}" for t, x in zip(titles, texts, strict=True)]),
    )
    chance = random.Random(18)
    for setting, (field, budget, aim) in SETTINGS.items():
        ours, theirs, blind = {}, {}, {}
        for place in blog.gold:
            title, text, allowed = titles[place], blog.posts[place][field], blog.older[place]
            ranked = index.rank(title, text, allowed=allowed, links_in=blog.links_in(place), limit=K)
            ours[place] = [page.index for page in ranked]
            scores = np.where(allowed, bm25.scores(f"{title}\n{text}"), -1)
            theirs[place] = np.argsort(-scores, kind="stable")[:K].tolist()
            older = np.flatnonzero(allowed).tolist()
            blind[place] = chance.sample(older, min(K, len(older)))
        found = {name: blog.recall(best) for name, best in (("bm25", theirs), ("random", blind))}
        print(
            f"link_recall anchors {setting}: n={len(blog.gold)} ours {blog.recall(ours):.3f} "
            f"bm25 {found['bm25']:.3f} random {found['random']:.3f} aim {aim}"
        )
        ratio = blog.recall(ours) / found["bm25"]
        report(f"link_recall_{setting}", blog.recall(ours), unit="recall@10", limit=budget, at_most=False)
        report(f"link_recall_{setting}_to_bm25", ratio, unit="ratio", limit=1, at_most=False)


def speed(blog: Blog) -> None:
    """Print what indexing 10,000 pages costs and what the suggestions of one page cost.

    508 posts are enlarged to 10,000: each page is the halves of two posts, so that lengths are real and no two pages
    are equal. Real blogs of that size have more distinct words, and thus somewhat more terms. Suggestions are ranked
    and their words looked for in the page's HTML, of one paragraph for every four sentences.
    """
    chance = random.Random(18)
    titles, texts = [], []
    for number in range(PAGES):
        first, second = chance.sample(blog.posts, 2)
        titles.append(f"{first['title']} {number}")
        words, others = first["text"].split(), second["text"].split()
        texts.append(" ".join(words[: len(words) // 2] + others[len(others) // 2 :]))
    start = time.process_time()
    index = LinkIndex.fit(titles, texts)
    report("link_index_10k", time.process_time() - start, unit="cpu-s", limit=60)
    allowed, links_in = np.ones(PAGES, bool), np.zeros(PAGES, np.int64)
    times, pages = [], [_html(text) for text in texts[:ASKED]]
    for place in range(ASKED):
        start = time.process_time()
        ranked = index.rank(titles[place], texts[place], allowed=allowed, links_in=links_in, limit=NAMED)
        targets = [
            LinkTarget(
                str(page.index), f"https://a.test/{page.index}/", titles[page.index], titles[page.index]
            )
            for page in ranked
            if page.index != place
        ]
        anchors_choose(pages[place], targets, limit=K, weight=index.weight)
        times.append(1000 * (time.process_time() - start))
    report("link_suggest_10k", float(np.median(times)), unit="cpu-ms", limit=50)


def _html(text: str) -> str:
    found = [escape(sentence) for sentence in sentences(text)]
    return "".join(f"<p>{' '.join(found[start : start + 4])}</p>" for start in range(0, len(found), 4))


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        recalls(Blog())
        speed(Blog())
