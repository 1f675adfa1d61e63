"""What every check reads, computed once per page; it judges nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from igny8_core.common.text import excerpt
from igny8_core.modules.optimizer.scoring.document import Document, Words, parse, words_of
from igny8_core.modules.optimizer.scoring.findings import Part, Place, Position, ScoredPage
from igny8_core.modules.optimizer.scoring.matching import UNSPACED_LANGUAGES, Keyphrase, Matcher

EXCERPT_LENGTH = 120


@dataclass(frozen=True)
class Context:
    """One page, parsed, with the matcher of its language; made anew for each page."""

    page: ScoredPage
    language: str
    document: Document
    matcher: Matcher

    @classmethod
    def of(cls, page: ScoredPage) -> "Context":
        """Parse a page; takes nearly all the time that scoring takes besides stemming."""
        language = page.language.replace("_", "-").partition("-")[0].strip().lower()
        return cls(page, language, parse(page.html), Matcher(language=language))

    @property
    def is_english(self) -> bool:
        """Whether the checks with English word lists apply."""
        return self.language == "en"

    @property
    def is_spaced(self) -> bool:
        """Whether the language parts its words by spaces, so that they can be counted."""
        return self.language not in UNSPACED_LANGUAGES

    @cached_property
    def keyphrase(self) -> Keyphrase | None:
        """The head keyword, or None when there is none."""
        return self.matcher.keyphrase(self.page.head_keyword)

    @cached_property
    def secondary(self) -> tuple[Keyphrase, ...]:
        """The secondary keywords that hold a word."""
        phrases = map(self.matcher.keyphrase, self.page.secondary_keywords)
        return tuple(phrase for phrase in phrases if phrase is not None)

    @cached_property
    def sentence_stems(self) -> tuple[tuple[list[str], ...], ...]:
        """Of every block, of every sentence in it: the stems that could match a keyword."""
        return tuple(tuple(map(self.stems, block.sentences)) for block in self.document.blocks)

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        phrases = self.secondary if self.keyphrase is None else (self.keyphrase, *self.secondary)
        return frozenset[str]().union(*(phrase.prefixes for phrase in phrases))

    def stems(self, words: Iterable[str]) -> list[str]:
        """The stems of those words that could match one of the page's keywords."""
        return self.matcher.stems_like(words, prefixes=self._prefixes)

    def excerpt(self, part: Part, *, position: Position | None) -> str:
        """The beginning of what stands at a position or, without one, of a part that is one line."""
        line = {
            Part.TITLE: self.page.title,
            Part.SLUG: self.page.slug,
            Part.META_DESCRIPTION: self.page.meta_description,
            Part.KEYWORD: self.page.head_keyword,
        }.get(part, "")
        if position is None:
            text = line
        elif position.place is Place.CHARACTER:
            text = line[position.index :]
        else:
            text = self.document.text_at(position)
        return excerpt(text, max_length=EXCERPT_LENGTH)

    @cached_property
    def title_words(self) -> Words:
        """The words of the title."""
        return words_of(self.page.title)

    @cached_property
    def sentence_lengths(self) -> tuple[int, ...]:
        """Words per sentence of prose."""
        return tuple(map(len, self.document.sentences))
