"""Owns the space in which keywords are near or far; must never reach for the network or depend on row order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np
from safetensors import safe_open
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.utils.extmath import randomized_svd
from tokenizers import Tokenizer

from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Indices, Matrix, one_thread, unit_rows

MEANING_SHARE = 0.7  # of a cosine; spelling has the rest. Measured flat from .7 to .85, worse at .5.
LEXICAL_DIMENSIONS = 128
FIT_LIMIT = 5_000  # rows; of 19,000 keywords, 2,000 to 20,000 gave clusters of the same quality
_PRIOR_ROWS = 5  # pulls the centre of a handful of rows to zero: two rows must not become opposites
_CHUNK_ROWS = 10_000
_SEED = 20_240_229


# Where normalised texts lie by meaning: one row per text, all of one length; zeros for a text that is not known.
Meaning = Callable[[list[str]], Matrix]


@dataclass(frozen=True, slots=True)
class KeywordSpace:
    """A frozen space: a text gets the same row whenever, and beside whatever, it is embedded."""

    meaning: Meaning
    centre: Matrix
    lexicon: "_Lexicon | None"

    @classmethod
    def fit(cls, texts: Sequence[str], *, meaning: Meaning | None = None) -> "KeywordSpace":
        """Learn centre, vocabulary and projection from the distinct normalised texts.

        `meaning` gives the rows of a model of the caller's; without it the token vectors that ship do. The same set of
        texts, in any order, gives the same space bit for bit on one machine. Above `FIT_LIMIT` distinct texts an even,
        repeatable sample of them decides.
        """
        means = meaning or static_rows
        distinct = sorted({keyword_normalise(text) for text in texts})
        sample = distinct[:: max(1, -(-len(distinct) // FIT_LIMIT))]
        with one_thread():
            return cls(means, centre=_centre(unit_rows(means(sample))), lexicon=_Lexicon.fit(sample))

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row of length one per text, shape (n, dimensions): a dot product is a cosine.

        A row is the centred row of meaning (weight .7) beside the LSA of words and letters (weight .3).
        A text without content, and one without anything the space knows, is a row of zeros.
        """
        keys = [keyword_normalise(text) for text in texts]
        rows = np.empty((len(keys), self.dimensions), np.float32)
        for start in range(0, len(keys), _CHUNK_ROWS):
            rows[start : start + _CHUNK_ROWS] = self._embed_chunk(keys[start : start + _CHUNK_ROWS])
        return rows

    @property
    def dimensions(self) -> int:
        """Length of a row."""
        lexical = 0 if self.lexicon is None else self.lexicon.projection.shape[1]
        return int(self.centre.size + lexical)

    def _embed_chunk(self, keys: list[str]) -> Matrix:
        means = unit_rows(self.meaning(keys))
        means[np.any(means, axis=1)] -= self.centre
        if self.lexicon is None:
            return unit_rows(means)
        means = unit_rows(means) * np.float32(MEANING_SHARE**0.5)
        lexical = self.lexicon.embed(keys) * np.float32((1 - MEANING_SHARE) ** 0.5)
        return unit_rows(np.hstack((means, lexical)))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """TF-IDF of words and of letters inside words, projected on its strongest directions (LSA)."""

    words: TfidfVectorizer
    letters: "_Letters"
    projection: Matrix  # (terms, dimensions)

    @classmethod
    def fit(cls, keys: list[str]) -> "_Lexicon | None":
        """None when no text has a word."""
        if not any(keys):
            return None
        words, letters = _words(), _Letters.fit(keys)
        terms = _beside(words.fit_transform(keys), letters.weigh(keys))
        return cls(words, letters, _principal_directions(terms))

    def embed(self, keys: list[str]) -> Matrix:
        terms = _beside(self.words.transform(keys), self.letters.weigh(keys))
        return unit_rows(np.asarray(terms @ self.projection, np.float32))


@dataclass(frozen=True, slots=True)
class _Letters:
    """TF-IDF of the runs of three to five letters inside words.

    Runs are counted once for each distinct word, and a text has the sum of its words': keywords share most of theirs.
    """

    runs: CountVectorizer
    kept: Indices  # of the runs' columns
    weights: TfidfTransformer | None  # None: no run is worth keeping

    @classmethod
    def fit(cls, keys: list[str]) -> "_Letters":
        runs = CountVectorizer(analyzer="char_wb", ngram_range=(3, 5), lowercase=False, dtype=np.float32)
        runs.fit({word for key in keys for word in key.split()})
        counts = cls._count(runs, keys)
        # Runs seen in one text relate nothing, yet among two or three texts they are all there is.
        least = min(2, max(1, len(keys) // 2))
        kept = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= least)
        weights = TfidfTransformer(sublinear_tf=True).fit(counts[:, kept]) if len(kept) else None
        return cls(runs, kept, weights)

    def weigh(self, keys: list[str]) -> csr_matrix:
        """One row per text, of length one; zeros where nothing is known."""
        counts = self._count(self.runs, keys)[:, self.kept]
        return counts if self.weights is None else self.weights.transform(counts)

    @staticmethod
    def _count(runs: CountVectorizer, keys: list[str]) -> csr_matrix:
        at: dict[str, int] = {}
        words = [[at.setdefault(word, len(at)) for word in key.split()] for key in keys]
        if not at:
            return csr_matrix((len(keys), len(runs.vocabulary_)), dtype=np.float32)
        return _counted(words, columns=len(at)) @ runs.transform(at)


def _words() -> TfidfVectorizer:
    # Normalised text has no loose punctuation: every run of non-space is a word, "c++" and "c" among them.
    return TfidfVectorizer(
        ngram_range=(1, 2),
        token_pattern=r"\S+",  # noqa: S106  # a pattern for words, no secret
        lowercase=False,
        sublinear_tf=True,
        dtype=np.float32,
    )


def _beside(words: csr_matrix, letters: csr_matrix) -> csr_matrix:
    return hstack([words, letters], format="csr") * np.float32(0.5**0.5)


def _principal_directions(terms: csr_matrix) -> Matrix:
    wanted = min(LEXICAL_DIMENSIONS, *terms.shape)
    _, _, directions = randomized_svd(terms, wanted, n_iter=4, random_state=_SEED)
    return np.ascontiguousarray(directions.T, dtype=np.float32)


def static_rows(keys: list[str]) -> Matrix:
    """One row of length one per text, the direction of its tokens' mean vector; zeros for a text without tokens."""
    model = _static_model()
    # One key at a time: the tokenizer's batches start threads of their own, which a forked worker must not inherit.
    token_ids = [model.tokenizer.encode(key, add_special_tokens=False).ids for key in keys]
    sums = _counted(token_ids, columns=len(model.table)) @ model.table
    return unit_rows(sums)


def _counted(numbers: list[list[int]], *, columns: int) -> csr_matrix:
    """How often each text has each number, shape (texts, columns)."""
    flat = np.fromiter(chain.from_iterable(numbers), np.int64)
    ends = np.cumsum([0, *map(len, numbers)])
    return csr_matrix((np.ones(len(flat), np.float32), flat, ends), (len(numbers), columns))


def _centre(rows: Matrix) -> Matrix:
    return np.asarray(rows.sum(axis=0) / (len(rows) + _PRIOR_ROWS), np.float32)


@dataclass(frozen=True, slots=True)
class _StaticModel:
    tokenizer: Tokenizer
    table: Matrix  # (tokens, 256)


@cache
def _static_model() -> _StaticModel:
    """Read the token table out of the wordllama package, once per process.

    Without the package's own loader: that one looks for the tokenizer in a folder it does not ship, goes to
    the network for what it misses, and importing it takes over the root logger.
    """
    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The package wordllama is not installed.")
    home = Path(spec.origin).parent
    with safe_open(str(home / "weights" / "l2_supercat_256.safetensors"), framework="np") as tensors:
        table: Matrix = tensors.get_tensor("embedding.weight").astype(np.float32)
    return _StaticModel(
        Tokenizer.from_file(str(home / "tokenizers" / "l2_supercat_tokenizer_config.json")), table
    )
