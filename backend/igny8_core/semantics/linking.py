"""Ranks the pages that a text should link to, by words, meaning and title; it must never see a page's address."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from igny8_core.semantics.normalise import STOP_WORDS, english_stem
from igny8_core.semantics.numerics import Matrix, one_thread, unit_rows
from igny8_core.semantics.vectors import static_rows

# Weights beside a cosine whose useful values lie between .06 and .3; chosen on the 18F blog, see README.md.
STATIC_WEIGHT = 0.025
TITLE_WEIGHT = 0.08
PHRASE_WEIGHT = 0.05
PRIOR_WEIGHT = 0.15  # of log(1 + links in); more of it and the rich get richer
PRIOR_FULL = 20  # links in, from which on further ones add nothing
ORPHAN_WEIGHT = 0.1  # a page that nothing links to is worth a link; the product's wish, not measured
FLOOR = (
    0.06  # of the cosine: nine in ten of an editor's own links lie above, three in four random pairs below
)

_STATIC_CHARS = (
    1_500  # the beginning says what a page is about; reading all of it costs more than all the rest
)
_TITLE_DAMPING = 8.0  # in idf: a title of one common word is no proof
_RERANKED = 50
_RARE_FROM = 50  # pages, from which on a word of a single page is left out: it relates nothing
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RankedPage:
    """A page by its index, with its score and what that is made of."""

    index: int
    score: float
    words: float  # cosine of the TF-IDF vectors
    meaning: float  # cosine of the static vectors
    title: float  # share of the title's terms that the text has, damped
    phrase: float  # share of the title that the text has in one piece, damped
    popularity: float  # 0 to 1, by the logarithm of the links in


@dataclass(frozen=True, slots=True)
class LinkIndex:
    """The pages that may be linked to, frozen; the same pages in the same order rank the same."""

    vectorizer: TfidfVectorizer | None
    by_term: csr_matrix  # (terms, pages)
    static: Matrix  # (pages, 256)
    static_centre: Matrix
    title_vectorizer: TfidfVectorizer | None
    title_shares: csr_matrix  # (terms, pages): a term's damped share of the title
    titles: tuple[tuple[str, ...], ...]
    title_idf: dict[str, float]
    idf_of_unseen: float

    @classmethod
    def fit(cls, titles: Sequence[str], texts: Sequence[str]) -> "LinkIndex":
        """Index pages by title and text."""
        pages = [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)]
        vectorizer, terms = _fitted(_vectorizer(len(pages)), pages)
        stems = tuple(tuple(dict.fromkeys(content_stems(title))) for title in titles)
        title_vectorizer, _ = _fitted(TfidfVectorizer(analyzer=content_stems, dtype=np.float32), pages)
        shares, idf = _title_shares(stems, title_vectorizer)
        static = static_rows([page[:_STATIC_CHARS] for page in pages])
        centre = np.asarray(static.sum(axis=0) / (len(pages) + 5), np.float32)
        return cls(
            vectorizer=vectorizer,
            by_term=terms.T.tocsr(),
            static=unit_rows(static - centre),
            static_centre=centre,
            title_vectorizer=title_vectorizer,
            title_shares=shares,
            titles=stems,
            title_idf=idf,
            idf_of_unseen=max(idf.values(), default=1.0),
        )

    def rank(
        self,
        title: str,
        text: str,
        *,
        allowed: npt.NDArray[np.bool_],
        links_in: Sequence[int] | npt.NDArray[np.integer],
        limit: int = 10,
        floor: float = 0.0,
        orphan_weight: float = 0.0,
    ) -> list[RankedPage]:
        """The best pages for a text, best first; ties go to the lower index.

        `allowed` says which pages may be targets at all, `links_in` how many links each has; `floor` is the least
        cosine of words, `orphan_weight` what a page without links gains.
        """
        page = f"{title}\n{text}"
        with one_thread():
            words, meaning = self._cosines(page)
        covered, popularity = self._titles_covered(page), _popularity(links_in)
        prior = 1 + PRIOR_WEIGHT * popularity + orphan_weight * (np.asarray(links_in) == 0)
        likeness = words + STATIC_WEIGHT * meaning + TITLE_WEIGHT * covered
        possible = np.flatnonzero(allowed & (words >= floor) & (likeness > 0))
        first = possible[np.argsort(-(likeness * prior)[possible], kind="stable")[: max(_RERANKED, limit)]]
        pairs = set(pairwise(content_stems(page)))
        phrase = {int(at): self._phrase(int(at), pairs) for at in first}
        ranked = [
            RankedPage(
                index=at,
                score=float((likeness[at] + PHRASE_WEIGHT * share) * prior[at]),
                words=float(words[at]),
                meaning=float(meaning[at]),
                title=float(covered[at]),
                phrase=share,
                popularity=float(popularity[at]),
            )
            for at, share in phrase.items()
        ]
        return sorted(ranked, key=lambda page: (-page.score, page.index))[:limit]

    def weight(self, stem: str) -> float:
        """How telling a stem is on this site (inverse document frequency, 1 and up)."""
        return self.title_idf.get(stem, self.idf_of_unseen)

    def _cosines(self, page: str) -> tuple[Scores, Scores]:
        pages = len(self.titles)
        words = np.zeros(pages, np.float32)
        if self.vectorizer is not None:
            words = np.asarray((self.vectorizer.transform([page]) @ self.by_term).todense(), np.float32)[0]
        row = unit_rows(static_rows([page[:_STATIC_CHARS]]) - self.static_centre)
        return words, np.maximum(self.static @ row[0], 0)

    def _titles_covered(self, page: str) -> Scores:
        if self.title_vectorizer is None:
            return np.zeros(len(self.titles), np.float32)
        present = self.title_vectorizer.transform([page])
        present.data[:] = 1
        covered: Scores = np.asarray((present @ self.title_shares).todense(), np.float32)[0]
        return covered

    def _phrase(self, at: int, pairs: set[tuple[str, str]]) -> float:
        """The heaviest run of the title's neighbouring terms that stand side by side in the text."""
        stems = self.titles[at]
        total = sum(self.weight(stem) for stem in stems) + _TITLE_DAMPING
        best = run = 0.0
        for before, after in pairwise(stems):
            run = (run or self.weight(before)) + self.weight(after) if (before, after) in pairs else 0.0
            best = max(best, run)
        return best / total


def content_stems(text: str) -> list[str]:
    """The English stems of a text's words in order, without stop words."""
    return [english_stem(word) for word in _words(text)]


def _words(text: str) -> Iterator[str]:
    return (
        word
        for word in _WORD.findall(text.lower().replace("’", "'"))
        if len(word) > 1 and word.split("'")[0] not in STOP_WORDS
    )


def _terms(text: str) -> list[str]:
    words = list(_words(text))
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


def _vectorizer(pages: int) -> TfidfVectorizer:
    # Unstemmed: stems lost .015 of recall on the 18F blog.
    return TfidfVectorizer(
        analyzer=_terms, sublinear_tf=True, min_df=2 if pages >= _RARE_FROM else 1, dtype=np.float32
    )


def _fitted(vectorizer: TfidfVectorizer, pages: list[str]) -> tuple[TfidfVectorizer | None, csr_matrix]:
    try:
        return vectorizer, vectorizer.fit_transform(pages)
    except ValueError:  # scikit-learn's word for "no term is left", which says nothing bad about the pages
        return None, csr_matrix((len(pages), 0), dtype=np.float32)


def _title_shares(
    titles: Sequence[tuple[str, ...]], vectorizer: TfidfVectorizer | None
) -> tuple[csr_matrix, dict[str, float]]:
    if vectorizer is None:
        return csr_matrix((0, len(titles)), dtype=np.float32), {}
    columns = vectorizer.vocabulary_
    idf = {term: float(vectorizer.idf_[at]) for term, at in columns.items()}
    rows, places, values = [], [], []
    for place, stems in enumerate(titles):
        total = sum(idf[stem] for stem in stems) + _TITLE_DAMPING
        for stem in stems:
            rows.append(columns[stem])
            places.append(place)
            values.append(idf[stem] / total)
    shape = (len(columns), len(titles))
    return csr_matrix((np.asarray(values, np.float32), (rows, places)), shape=shape), idf


def _popularity(links_in: Sequence[int] | npt.NDArray[np.integer]) -> Scores:
    counts = np.log1p(np.asarray(links_in, np.float32)) / np.log1p(np.float32(PRIOR_FULL))
    return np.asarray(np.minimum(counts, np.float32(1)), np.float32)
