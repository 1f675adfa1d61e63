"""An article's HTML read once into blocks, sentences, links and images; it knows no keyword and no threshold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, islice

from selectolax.lexbor import LexborNode

from igny8_core.common.html import BLOCK_TAGS, TEXT, walk
from igny8_core.common.text import sentences, words
from igny8_core.modules.optimizer.scoring.findings import Place, Position

HEADING_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
CODE_TAGS = frozenset({"pre", "textarea"})
LISTED_TAGS = frozenset({"caption", "dd", "dt", "figcaption", "figure", "legend", "li", "option", "table"})
_LINE_BREAK = "\x00"  # an HTML parser never lets it through, so no text holds it
_EMPTY_LINE = re.compile(rf"{_LINE_BREAK}\s*{_LINE_BREAK}")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 to 6) or a paragraph (`level` 0): its sentences as lower-case words, never empty.

    Prose is what stands in no list, table or caption: only there do sentences follow one another. `texts` are the same
    sentences as written.
    """

    level: int
    is_prose: bool
    sentences: tuple[Words, ...]
    texts: tuple[str, ...]
    word_count: int


@dataclass(frozen=True, slots=True)
class Link:
    """An anchor with an address; `is_followed` unless its `rel` says nofollow, sponsored or ugc."""

    href: str
    text: str
    anchor: Words
    is_followed: bool


@dataclass(frozen=True)
class Document:
    """A parsed article; words of code listings are left out, for nobody reads them as prose."""

    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    image_alts: tuple[Words, ...]
    image_texts: tuple[str, ...]

    @cached_property
    def paragraphs(self) -> tuple[Block, ...]:
        """The blocks that are no headings."""
        return tuple(block for block in self.blocks if not block.level)

    @cached_property
    def headings(self) -> tuple[Block, ...]:
        """The headings of every level."""
        return tuple(block for block in self.blocks if block.level)

    @cached_property
    def sentences(self) -> tuple[Words, ...]:
        """The sentences of prose."""
        return tuple(sentence for block in self.paragraphs if block.is_prose for sentence in block.sentences)

    def text_at(self, position: Position) -> str:
        """What stands at a position, as written: of an image its alt text, else its address."""
        match position.place:
            case Place.PARAGRAPH:
                return " ".join(self.paragraphs[position.index].texts)
            case Place.HEADING:
                return " ".join(self.headings[position.index].texts)
            case Place.SENTENCE:
                return self._sentence_text(position.index)
            case Place.LINK:
                link = self.links[position.index]
                return link.text.strip() or link.href
            case Place.IMAGE:
                return self.image_texts[position.index]
        raise ValueError(f"no text stands at a {position.place.value}")

    def _sentence_text(self, index: int) -> str:
        texts = (text for block in self.paragraphs if block.is_prose for text in block.texts)
        return next(islice(texts, index, None))

    @cached_property
    def word_count(self) -> int:
        """The words of headings and paragraphs."""
        return sum(block.word_count for block in self.blocks)

    @cached_property
    def section_sizes(self) -> tuple[tuple[int, int], ...]:
        """`(index of the first paragraph, words)` of each run of text between two headings."""
        sizes: list[tuple[int, int]] = []
        first = 0
        for is_heading, run in groupby(self.blocks, key=lambda block: block.level > 0):
            blocks = list(run)
            if not is_heading:
                sizes.append((first, sum(block.word_count for block in blocks)))
                first += len(blocks)
        return tuple(sizes)


def words_of(text: str) -> Words:
    """The lower-case words of a text with plain apostrophes."""
    return tuple(words(text.lower().replace("’", "'")))


def parse(html: str) -> Document:
    """Read an article's HTML, whatever its state; `<br><br>` ends a paragraph as a reader sees it."""
    reader = _Reader()
    for tag, node, is_start in walk(html):
        if tag == TEXT:
            reader.text(node.text_content or "")
        elif is_start:
            reader.start(tag, node)
        else:
            reader.end(tag)
    reader.flush()
    return Document(
        tuple(reader.blocks), tuple(reader.links), tuple(reader.image_alts), tuple(reader.image_texts)
    )


@dataclass
class _Reader:
    """The state of one pass over the nodes of an article."""

    blocks: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    image_alts: list[Words] = field(default_factory=list)
    image_texts: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    level: int = 0
    open_listed: int = 0
    open_code: int = 0
    anchor: tuple[LexborNode, list[str]] | None = None

    def text(self, text: str) -> None:
        if self.open_code:
            return
        self.pieces.append(text)
        if self.anchor is not None:
            self.anchor[1].append(text)

    def start(self, tag: str, node: LexborNode) -> None:
        if tag in BLOCK_TAGS:
            self.flush()
            self.level = HEADING_LEVELS.get(tag, self.level)
            self.open_listed += tag in LISTED_TAGS
        elif tag == "br":
            self.pieces.append(_LINE_BREAK)
        elif tag == "img":
            alt = node.attributes.get("alt") or ""
            self.image_alts.append(words_of(alt))
            self.image_texts.append(alt.strip() or node.attributes.get("src") or "")
        elif tag == "a":
            self.anchor = (node, [])
        self.open_code += tag in CODE_TAGS

    def end(self, tag: str) -> None:
        if tag in BLOCK_TAGS:
            self.flush()
            if tag in HEADING_LEVELS:
                self.level = 0
            self.open_listed -= tag in LISTED_TAGS
        elif tag == "a" and self.anchor is not None:
            self._link(*self.anchor)
            self.anchor = None
        self.open_code -= tag in CODE_TAGS

    def flush(self) -> None:
        """End the block that the collected text belongs to."""
        text = "".join(self.pieces)
        self.pieces.clear()
        for part in _EMPTY_LINE.split(text) if _LINE_BREAK in text else (text,):
            self._block(part.replace(_LINE_BREAK, " "))

    def _block(self, text: str) -> None:
        read = [(found, sentence) for sentence in sentences(text) if (found := words_of(sentence))]
        if read:
            parts, texts = zip(*read, strict=True)
            self.blocks.append(Block(self.level, not self.open_listed, parts, texts, sum(map(len, parts))))

    def _link(self, node: LexborNode, anchor: Sequence[str]) -> None:
        attributes = node.attributes
        href = (attributes.get("href") or "").strip()
        rel = (attributes.get("rel") or "").lower().split()
        if href:
            is_followed = not {"nofollow", "sponsored", "ugc"}.intersection(rel)
            text = "".join(anchor)
            self.links.append(Link(href, text, words_of(text), is_followed))
