"""Finds a keyword's words in other words by their stems; it knows nothing of pages, points or thresholds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import snowballstemmer

from igny8_core.modules.optimizer.scoring.document import Words, words_of
from igny8_core.modules.optimizer.scoring.wordlists import FUNCTION_WORDS

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
UNSPACED_LANGUAGES = frozenset({"ja", "km", "lo", "my", "th", "zh"})
PREFIX_LENGTH = 2
TOPIC_SHARE = 0.5
MAX_STEMMED_LENGTH = 64  # no word is longer; a stemmer need not chew on a pasted blob


@dataclass(frozen=True, slots=True)
class Keyphrase:
    """A keyword as it is searched: `content` counts the stems that must all occur, never empty.

    `words` are all its words, as written but lower case; no English word matches it that starts with none
    of `prefixes` (but for "dying" and its like).
    """

    words: Words
    content: dict[str, int]
    prefixes: frozenset[str]

    def occurrences(self, stems: Sequence[str]) -> int:
        """How often all content words occur together among `stems`, in any order."""
        return min(stems.count(stem) // needed for stem, needed in self.content.items())

    def share_found(self, stems: Sequence[str]) -> float:
        """The share (0 to 1) of the different content words that occur among `stems`."""
        return sum(1 for stem in self.content if stem in stems) / len(self.content)

    def is_topic_of(self, stems: Sequence[str]) -> bool:
        """Whether more than half of the content words occur."""
        return self.share_found(stems) > TOPIC_SHARE


class Matcher:
    """The stems of one language, computed once per word for as long as the matcher lives.

    In a language without a stemmer only a word itself matches it.
    """

    def __init__(self, *, language: str) -> None:
        algorithm = STEMMERS.get(language)
        self.is_english = language == "en"
        self.knows_word_forms = algorithm is not None
        self._stem_word = snowballstemmer.stemmer(algorithm).stemWord if algorithm else str
        self._stems: dict[str, str] = {}

    def stem(self, word: str) -> str:
        """The stem of one lower-case word."""
        stem = self._stems.get(word)
        if stem is None:
            stem = self._stem_word(word) if len(word) <= MAX_STEMMED_LENGTH else word
            self._stems[word] = stem
        return stem

    def keyphrase(self, keyword: str) -> Keyphrase | None:
        """A keyword made searchable; None when it holds no word.

        English function words need not occur, unless the keyword has no other words.
        """
        words = parts_of(words_of(keyword))
        if not words:
            return None
        content = [word for word in words if not self._is_function_word(word)] or words
        stems = Counter(map(self.stem, content))
        prefixes = frozenset(word[:PREFIX_LENGTH] for word in (*content, *stems))
        return Keyphrase(tuple(words), dict(stems), prefixes)

    def stems_like(self, words: Iterable[str], *, prefixes: frozenset[str]) -> list[str]:
        """The stems of those words that could match a keyphrase with one of `prefixes`.

        Stemming is most of the cost of a score, and an English stem keeps the first two letters of its word
        (but for "dying" and its like), so that few words need it. A prefix of one letter is a word of one letter.
        """
        parts = parts_of(words)
        if self.is_english:
            parts = [
                part
                for part in parts
                if part[:PREFIX_LENGTH] in prefixes or part[0] in prefixes or part.endswith("ying")
            ]
        return [self.stem(part) for part in parts]

    def content_stems(self, words: Iterable[str]) -> set[str]:
        """The stems of all words but function words."""
        return {self.stem(part) for part in parts_of(words) if not self._is_function_word(part)}

    def _is_function_word(self, word: str) -> bool:
        return self.is_english and word in FUNCTION_WORDS


def find_exact(phrase: Keyphrase, words: Iterable[str]) -> int | None:
    """The index of the word at which the phrase stands word for word, or None; hyphens part words."""
    parts = tuple(parts_of(words))
    size = len(phrase.words)
    for start in range(len(parts) - size + 1):
        if parts[start : start + size] == phrase.words:
            return start
    return None


def parts_of(words: Iterable[str]) -> list[str]:
    """The words with hyphenated ones taken apart."""
    return [part for word in words for part in (word.split("-") if "-" in word else (word,))]
