"""Writes keywords as English text: capitals, articles, questions; it must never change what a keyword says."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from igny8_core.modules.planner.ideation.lexicon import (
    BARE,
    FIXED,
    LITTLE,
    NOT_INITIALS,
    NOT_NAMES,
    PERSON,
    PROPER,
)
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.variants import variant_stems

_CODE = re.compile(r"[a-z]{1,4}\d+[a-z]{0,2}|\d{2,}[a-z]{1,2}")
_UNIT = re.compile(
    r"\d+(?:\.\d+)?(?:mm|cm|m|km|g|kg|mg|ml|l|oz|lb|in|ft|w|v|k|h|hr|x|p|s|gb|tb|st|nd|rd|th|am|pm|bar)"
)
_THINGS = re.compile(
    r"[a-z]*(?:er|or|chine|vice|ttle|tool|kit|pot|press|scale|set|plan|course|table|chair|card|list|chart|guide)"
)
_DEFINITE = frozenset("amount formula method process ratio size technique temperature time".split())
_SUPERLATIVE = re.compile(r"(?:best|[a-z]{3,}est|most|only)")
_INITIALS = re.compile(r"[bcdfghjklmnpqrstvwxz]{2,4}")
_VOWEL_SOUND = re.compile(r"(?!(?:uni|use|one|eu|ur[aeiou]))[aeiou]|hour|honest|heir|8|11|18")
_NAME_MAX_WORDS = 5
_NAME_SHARE = 0.2  # of the keywords that begin with a word: that many must ask for a site or product by name
_NAME_MIN_PRESENCE = 0.12  # and of all keywords with the word: a topic's own word is in far more of them
_GENERIC_SHARE = 0.015
_COMMON_SHARE = 0.15  # of the keywords: a stem in so many tells none of them from another
_TOPIC_SHARE = 0.02  # a stem in so many is what the site is about
_TYPO_MIN_LENGTH = 5
_TYPO_MIN_SEEN = 4
_TYPO_SIMILARITY = 0.86


@dataclass(frozen=True, slots=True)
class Wording:
    """What a site's own keywords teach about its words: names, things that are counted, words that say little."""

    names: frozenset[str] = frozenset()
    products: frozenset[tuple[str, ...]] = frozenset()
    countable: frozenset[str] = frozenset()
    common_stems: frozenset[str] = frozenset()
    topic_stems: frozenset[str] = frozenset()
    counts: Counter[str] = field(default_factory=Counter)
    stem_counts: Counter[str] = field(default_factory=Counter)
    language: str = "en"

    @classmethod
    def learn(cls, keywords: Iterable[tuple[str, Sequence[str]]], *, language: str = "en") -> "Wording":
        """Learn from pairs of text and search intents; without navigational labels no name is found."""
        rows = [(keyword_normalise(text).split(), intents) for text, intents in keywords]
        counts = Counter(word for words, _ in rows for word in set(words))
        generic = {word for word, count in counts.items() if count >= max(3, _GENERIC_SHARE * len(rows))}
        names = _names(rows)
        stems = Counter(stem for words, _ in rows for stem in _stems(" ".join(words), language))
        return cls(
            names=names,
            products=_products(rows, names=names, generic=generic),
            countable=_countable(rows, counts),
            common_stems=_frequent(stems, at_least=max(3, _COMMON_SHARE * len(rows))),
            topic_stems=_frequent(stems, at_least=max(2, _TOPIC_SHARE * len(rows))),
            counts=counts,
            stem_counts=stems,
            language=language,
        )

    def inline(self, text: str) -> str:
        """The text as it stands inside a sentence: names and codes with their capitals."""
        words = text.split()
        keys = [keyword_normalise(word) for word in words]
        in_product = self._product_words(keys)
        return " ".join(
            self._cased(word, key, is_name=at in in_product)
            for at, (word, key) in enumerate(zip(words, keys, strict=True))
        )

    def sentence(self, text: str) -> str:
        """The text as a heading in sentence case."""
        return _first_upper(self.inline(text))

    def addressed(self, text: str) -> str:
        """The text said to the reader: "my" becomes "your"."""
        return " ".join(PERSON.get(word.casefold(), word) for word in text.split())

    def question(self, text: str) -> str:
        """A question as a heading, said to the reader, with its question mark."""
        return f"{self.sentence(self.addressed(text)).rstrip('?')}?"

    def noun(self, text: str) -> str:
        """A noun phrase with the article that it needs: "an espresso machine", "cold brew", "the Hario V60"."""
        shown = self.inline(text)
        words = keyword_normalise(text).split()
        if not words or words[0] in LITTLE:
            return shown
        if _SUPERLATIVE.fullmatch(words[0]) or not _DEFINITE.isdisjoint((words[-1], _head_noun(words))):
            return f"the {shown}"
        if self.is_name(text):
            return shown if self.is_plural(text) or len(words) == 1 else f"the {shown}"
        if self.is_plural(text) or not self.is_countable(_head_noun(words)):
            return shown
        return f"{'an' if _VOWEL_SOUND.match(shown.casefold()) else 'a'} {shown}"

    def is_name(self, text: str) -> bool:
        """Whether the whole text is a product's or maker's name."""
        words = keyword_normalise(text).split()
        return bool(words) and words[0] in self.names and len(self._product_words(words) | {0}) == len(words)

    def is_countable(self, word: str) -> bool:
        """Whether a singular needs an article; a site's own use of the word decides, then its ending."""
        if word in BARE:
            return False
        return word in self.countable or bool(_THINGS.fullmatch(word))

    def is_plural(self, text: str) -> bool:
        """Whether the phrase's main noun is a plural."""
        noun = _head_noun(keyword_normalise(text).split())
        return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "'s"))

    def is_are(self, text: str) -> str:
        """The verb that fits the phrase."""
        return "are" if self.is_plural(text) else "is"

    def stems(self, text: str) -> frozenset[str]:
        """The stems of a text, wherever it leads: to one article "usd to eur" and "eur to usd" are the same."""
        return _stems(text, self.language)

    def content_stems(self, text: str) -> frozenset[str]:
        """The stems that tell a keyword from the rest of the site's."""
        return self.stems(text) - self.common_stems

    def strange_stems(self, text: str) -> frozenset[str]:
        """The stems that no other keyword of the site has: "tabl" of "coffee table" among coffees."""
        return frozenset(stem for stem in self.stems(text) if self.stem_counts[stem] < 2)

    def is_related(self, text: str, *, head: str) -> bool:
        """Whether a noun phrase belongs to the head keyword: all its words are the site's, or it is a kind of it."""
        strange = self.strange_stems(text) - self.stems(head)
        return not strange or (len(strange) == 1 and self.stems(head) <= self.stems(text))

    def is_misspelt(self, text: str) -> bool:
        """Whether a rare word of the text is nearly one that the site's keywords use often."""
        frequent = [word for word, count in self.counts.items() if count >= _TYPO_MIN_SEEN]
        return any(
            self.counts[word] <= 1 and _nearly(word, frequent, language=self.language)
            for word in keyword_normalise(text).split()
            if len(word) >= _TYPO_MIN_LENGTH and word.isalpha()
        )

    def _product_words(self, keys: Sequence[str]) -> set[int]:
        found: set[int] = set()
        for start in range(len(keys)):
            for end in range(len(keys), start + 1, -1):
                if tuple(keys[start:end]) in self.products:
                    found.update(range(start, end))
                    break
        return found

    def _cased(self, word: str, key: str, *, is_name: bool) -> str:
        if word != word.lower() or not key:
            return word
        if key in FIXED:
            return word.replace(key, FIXED[key])
        if _is_code(key):
            return word.upper()
        if is_name or (key in self.names and key not in NOT_NAMES) or key.removesuffix("'s") in PROPER:
            return _first_upper(word)
        return word


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stems(text: str, language: str) -> frozenset[str]:
    return frozenset(stem.removeprefix("to:") for stem in variant_stems(text, language))


def _frequent(counts: Counter[str], *, at_least: float) -> frozenset[str]:
    return frozenset(word for word, count in counts.items() if count >= at_least)


def _head_noun(words: Sequence[str]) -> str:
    """The last word before the first preposition: "machine" of "espresso machine with built in grinder"."""
    end = next((at for at, word in enumerate(words) if at and word in LITTLE), len(words))
    return words[end - 1] if words else ""


def _is_code(key: str) -> bool:
    if _INITIALS.fullmatch(key):
        return key not in NOT_INITIALS
    return bool(_CODE.fullmatch(key)) and not _UNIT.fullmatch(key)


def _is_label(words: Sequence[str], intents: Sequence[str]) -> bool:
    return "navigational" in intents and 0 < len(words) <= _NAME_MAX_WORDS and words[0] not in LITTLE


def _names(rows: Sequence[tuple[list[str], Sequence[str]]]) -> frozenset[str]:
    starts = Counter(words[0] for words, _ in rows if words)
    named = Counter(words[0] for words, intents in rows if _is_label(words, intents))
    present = Counter(word for words, _ in rows for word in set(words) if word in named)
    return frozenset(
        word
        for word, count in named.items()
        if count >= _NAME_SHARE * starts[word] and count >= _NAME_MIN_PRESENCE * present[word]
    )


def _products(
    rows: Sequence[tuple[list[str], Sequence[str]]], *, names: frozenset[str], generic: set[str]
) -> frozenset[tuple[str, ...]]:
    """Every beginning, of two words or more, of the names that navigational keywords spell out."""
    found: set[tuple[str, ...]] = set()
    for words, intents in rows:
        if not _is_label(words, intents) or words[0] not in names:
            continue
        for end in range(2, len(words) + 1):
            if words[end - 1] in generic or words[end - 1] in LITTLE:
                break
            found.add(tuple(words[:end]))
    return frozenset(found)


def _countable(rows: Sequence[tuple[list[str], Sequence[str]]], counts: Counter[str]) -> frozenset[str]:
    """Words that stand at the end of a phrase after "a" or "an", that have a plural here, or that are bought."""
    found = {word for word in counts if counts[f"{word}s"] and len(word) > 2}
    for words, intents in rows:
        for at, word in enumerate(words):
            if word in ("a", "an"):
                phrase = words[at + 1 :]
                end = next((n for n, other in enumerate(phrase) if other in LITTLE), len(phrase))
                found.update(phrase[end - 1 : end] if end else [])
        if _is_ware(words, intents):
            found.add(_head_noun(words))
    return frozenset(word for word in found if not word.endswith("ing"))


def _is_ware(words: Sequence[str], intents: Sequence[str]) -> bool:
    """Whether a keyword is a bare name of something for sale: two or three words that somebody wants to buy."""
    is_bought = bool({"commercial", "transactional"}.intersection(intents)) and "navigational" not in intents
    return is_bought and len(words) in (2, 3) and PROPER.isdisjoint(words) and LITTLE.isdisjoint(words)


def _nearly(word: str, frequent: Sequence[str], *, language: str) -> bool:
    close = get_close_matches(word, frequent, n=1, cutoff=_TYPO_SIMILARITY)
    return bool(close) and variant_stems(close[0], language) != variant_stems(word, language)
