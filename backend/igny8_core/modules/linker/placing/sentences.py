"""The sentences of blocks and the words in them, each with its place in the block."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from igny8_core.common.text import sentence_spans
from igny8_core.modules.linker.placing.markup import Block

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BOUND = frozenset("-_@/#&\\+=~'’‐‑")  # what glues a word to its neighbour


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a block."""

    block: Block
    start: int
    end: int

    @property
    def text(self) -> str:
        """As a reader sees it: white space collapsed."""
        return " ".join(self.block.text[self.start : self.end].split())

    @property
    def is_free(self) -> bool:
        """Whether it has no link yet."""
        return not any(self.block.is_linked[self.start : self.end])

    def word_spans(self) -> list[tuple[int, int]]:
        """Where its words stand in the block."""
        return [found.span() for found in _WORD.finditer(self.block.text, self.start, self.end)]


def sentences_read(blocks: list[Block]) -> Iterator[Sentence]:
    """The sentences of blocks, in order."""
    for block in blocks:
        for start, end in sentence_spans(block.text):
            yield Sentence(block, start, end)


def is_placeable(block: Block, start: int, end: int) -> bool:
    """Whether a link may cover exactly these characters: one text node, all of it open, whole words at both ends."""
    is_one = len(set(block.pieces[start:end])) == 1 and all(block.is_open[start:end])
    return is_one and _is_apart(block.text, start, end) and _is_whole(block, start, end)


def _is_apart(text: str, start: int, end: int) -> bool:
    before, after, beyond = text[start - 1 : start], text[end : end + 1], text[end + 1 : end + 2]
    if (before in _BOUND and before) or before == "." or before.isalnum():
        return False
    return not ((after in _BOUND and after) or after.isalnum() or (after == "." and beyond.isalnum()))


def _is_whole(block: Block, start: int, end: int) -> bool:
    """One character reference can stand for two characters; it is never cut."""
    starts, ends = block.starts, block.ends
    is_begun = start > 0 and starts[start - 1] == starts[start] and ends[start - 1] == ends[start]
    is_left = end < len(starts) and starts[end - 1] == starts[end] and ends[end - 1] == ends[end]
    return not is_begun and not is_left
