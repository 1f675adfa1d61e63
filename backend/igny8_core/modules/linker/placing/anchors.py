"""Finds the words of an article that already name another page; it must never word an anchor of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from igny8_core.modules.linker.placing.markup import blocks_read
from igny8_core.modules.linker.placing.reading import address_key, is_linkable, links_read
from igny8_core.modules.linker.placing.sentences import Sentence, is_placeable, sentences_read
from igny8_core.semantics.linking import content_stems

MAX_ANCHOR_WORDS = 8
MIN_SHARE = 0.5  # of what the title or the head keyword says, by weight
MIN_STEMS = 2  # unless the head keyword is a single word
_GLUE = frozenset(" \t\n\r\f\u00a0-‐‑'’")

Weight = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A page that may be linked to, and how people name it."""

    key: str
    url: str
    title: str
    head_keyword: str


@dataclass(frozen=True, slots=True)
class ChosenAnchor:
    """The words to link, and the sentence in which they stand."""

    key: str
    anchor: str
    sentence: str
    share: float  # of the page's name that the anchor says


@dataclass(frozen=True, slots=True)
class _FreeSentence:
    """A sentence without a link, its words with their stems, and all its stems."""

    sentence: Sentence
    words: list[tuple[int, int, list[str]]]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Window:
    sentence: Sentence
    start: int
    end: int
    share: float
    words: int


def anchors_choose(
    html: str, targets: Sequence[LinkTarget], *, limit: int, weight: Weight = lambda stem: 1.0
) -> list[ChosenAnchor]:
    """Find anchors for targets, which come best first: each target, sentence and anchor text at most once.

    A target that the article links to already, and one that nothing in the text names, gets none. `weight` says how
    telling a stem is.
    """
    sentences = _free_sentences(html)
    there = links_read(html)
    linked = {address_key(link.url) for link in there}
    used_sentences: set[tuple[int, int]] = set()
    used_anchors = {link.anchor.lower() for link in there}
    chosen: list[ChosenAnchor] = []
    for target in targets:
        if len(chosen) >= limit or address_key(target.url) in linked or not is_linkable(target.url):
            continue
        windows = [
            window
            for window in _windows(sentences, target, weight)
            if _place(window) not in used_sentences and not _is_used(window, used_anchors)
        ]
        if not windows:
            continue
        best = min(windows, key=lambda window: (-window.share, window.words))
        used_sentences.add(_place(best))
        used_anchors.add(_anchor(best).lower())
        linked.add(address_key(target.url))
        chosen.append(ChosenAnchor(target.key, _anchor(best), best.sentence.text, round(best.share, 4)))
    return chosen


def _place(window: _Window) -> tuple[int, int]:
    return id(window.sentence.block), window.sentence.start


def _is_used(window: _Window, anchors: set[str]) -> bool:
    """Whether the words, or more words around them, lead somewhere already."""
    anchor = _anchor(window).lower()
    return any(anchor in used for used in anchors)


def _anchor(window: _Window) -> str:
    return " ".join(window.sentence.block.text[window.start : window.end].split())


def _free_sentences(html: str) -> list[_FreeSentence]:
    found = []
    for sentence in sentences_read(blocks_read(html)):
        if sentence.is_free:
            text = sentence.block.text
            words = [(start, end, content_stems(text[start:end])) for start, end in sentence.word_spans()]
            stems = frozenset(stem for _, _, several in words for stem in several)
            found.append(_FreeSentence(sentence, words, stems))
    return found


def _windows(sentences: list[_FreeSentence], target: LinkTarget, weight: Weight) -> Iterator[_Window]:
    head, title = set(content_stems(target.head_keyword)), set(content_stems(target.title))
    for free in sentences:
        for name in (head, title) if head != title else (title,):
            if not _says_enough(name & free.stems, name, weight):
                continue
            for window, said in _windows_naming(free.sentence, free.words, name, weight):
                # Words of the title that say nothing of its subject name some other page as well.
                if _share(said & head, head, weight) >= MIN_SHARE:
                    yield window


def _windows_naming(
    sentence: Sentence,
    words: list[tuple[int, int, list[str]]],
    name: set[str],
    weight: Weight,
) -> Iterator[tuple[_Window, set[str]]]:
    """Runs of words that say nothing but the name, stop words between them allowed, and enough of it."""
    for first, (start, _, stems) in enumerate(words):
        if not stems or not set(stems) <= name:
            continue
        said: set[str] = set()
        for last in range(first, min(first + MAX_ANCHOR_WORDS, len(words))):
            _, end, more = words[last]
            gap = sentence.block.text[words[last - 1][1] : words[last][0]] if last > first else ""
            if not set(gap) <= _GLUE or not set(more) <= name:
                break
            said.update(more)
            is_enough = bool(more) and _says_enough(said, name, weight)
            if is_enough and is_placeable(sentence.block, start, end):
                share = _share(said, name, weight)
                yield _Window(sentence, start, end, share, last - first + 1), set(said)


def _says_enough(said: set[str], name: set[str], weight: Weight) -> bool:
    if len(said) < MIN_STEMS:
        return bool(said) and said == name
    return _share(said, name, weight) >= MIN_SHARE


def _share(said: set[str], name: set[str], weight: Weight) -> float:
    return sum(map(weight, said)) / sum(map(weight, name)) if name else 1.0
