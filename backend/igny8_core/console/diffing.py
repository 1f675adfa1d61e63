"""What changed between two texts, word by word; pure, and bounded in time whatever the texts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from igny8_core.common.html import BLOCK_TAGS, TEXT, walk

# The matcher's time grows with the product of both lengths: beyond this the whole passage counts as replaced.
MOST_COMPARED = 1_000_000
AROUND = 1  # unchanged lines to show beside a change
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: `kind` is same, ins or del."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that changed, or some unchanged ones beside them; `skipped` unchanged lines before it are not shown."""

    pieces: tuple[Piece, ...]
    skipped: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether anything in it changed."""
        return any(piece.kind != "same" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Difference:
    """The passages to show; `skipped` unchanged lines follow the last one."""

    passages: tuple[Passage, ...]
    skipped: int

    @property
    def is_empty(self) -> bool:
        """Whether both texts are the same."""
        return not any(passage.is_changed for passage in self.passages)


def readable(html: str) -> list[str]:
    """A text's lines as a reader sees them, with the address of each link after its words."""
    pieces: list[str] = []
    for tag, node, is_start in walk(html):
        if tag == TEXT:
            pieces.append(re.sub(r"\s+", " ", node.text_content or ""))
        elif tag == "br" or tag in BLOCK_TAGS:
            pieces.append("\n")
        elif tag == "a" and not is_start:
            pieces.append(f" ⟨{node.attributes.get('href') or ''}⟩")
        elif tag == "img" and is_start:
            pieces.append(f"[{node.attributes.get('alt') or node.attributes.get('src') or ''}]")
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return [line for line in lines if line]


def difference(before: Sequence[str], after: Sequence[str]) -> Difference:
    """What became of some lines, with the unchanged ones beside each change."""
    passages: list[Passage] = []
    skipped, is_first = 0, True
    for kind, old, new in _line_runs(before, after):
        if kind != "equal":
            passages.append(Passage(word_pieces("\n".join(old), "\n".join(new)), skipped))
            skipped, is_first = 0, False
            continue
        if not is_first and old:
            passages.append(_unchanged(old[:AROUND]))
            old = old[AROUND:]
        skipped += len(old)
    return Difference(tuple(passages), skipped)


def word_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """A text with what was taken out and put in, word by word."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) * len(new) > MOST_COMPARED:
        return _pieces("replace", before, after)
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += _pieces(kind, "".join(old[a:b]), "".join(new[c:d]))
    return tuple(found)


def _pieces(kind: str, old: str, new: str) -> tuple[Piece, ...]:
    if kind == "equal":
        return (Piece("same", old),)
    return tuple(Piece(name, text) for name, text in (("del", old), ("ins", new)) if text)


def _unchanged(lines: Sequence[str]) -> Passage:
    return Passage((Piece("same", "\n".join(lines)),))


def _line_runs(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    if len(before) * len(after) > MOST_COMPARED:
        yield "replace", before, after
        return
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield kind, before[a:b], after[c:d]
