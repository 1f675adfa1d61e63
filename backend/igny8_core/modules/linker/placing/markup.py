"""Cuts an HTML source into blocks of readable text, each character with its place; it must never rewrite the source.

It knows less than a browser about broken HTML and errs towards "no link here"; `insertion.py` has a real parser check.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape

from igny8_core.common.html import BLOCK_TAGS

SKIP_ATTRIBUTE = "data-igny8-skip-links"
SKIP_TAGS = frozenset(
    "a audio blockquote button canvas cite code figcaption h1 h2 h3 h4 h5 h6 head iframe kbd label legend listing math "
    "nav noembed noframes noscript object optgroup option plaintext pre q samp script select style summary svg "
    "template textarea title var video xmp".split()
)
_RAW_TAGS = frozenset("iframe noembed noframes plaintext script style textarea title xmp".split())
_VOID_TAGS = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# A browser opens these anew after the end of whatever they stand in: only their own end tag ends them.
_LASTING_TAGS = frozenset({"a", "code"})

_TAG_START = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_TAG_REST = re.compile(r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)|<[!?/][^>]*>", re.DOTALL)
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;?)")
_SKIP = re.compile(rf"[\s/\"']{SKIP_ATTRIBUTE}(?=[\s/>=])", re.IGNORECASE)


@dataclass(eq=False)
class Block:
    """The readable text of one block; each list has an entry per character of it."""

    chars: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # offset in the source
    ends: list[int] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)  # number of the text node
    is_open: list[bool] = field(default_factory=list)  # a link may stand here
    is_linked: list[bool] = field(default_factory=list)
    links: int = 0  # how many links begin in it

    @cached_property
    def text(self) -> str:
        """All of it; asked for when the block is complete."""
        return "".join(self.chars)


@dataclass(slots=True)
class _Reader:
    """The open elements, and the block that is being read."""

    blocks: list[Block] = field(default_factory=lambda: [Block()])
    stack: list[tuple[str, bool]] = field(default_factory=list)  # name, and whether it keeps links out
    lasting: Counter[str] = field(default_factory=Counter)
    piece: int = 0

    @property
    def block(self) -> Block:
        return self.blocks[-1]

    @property
    def may_link(self) -> bool:
        return not any(self.lasting.values()) and not any(is_skipped for _, is_skipped in self.stack)

    def open_tag(self, name: str, source: str) -> None:
        if name in BLOCK_TAGS:
            self.blocks.append(Block())
        if name in _VOID_TAGS:
            self._gap()
            return
        if name in _LASTING_TAGS:
            self.lasting[name] += 1
            self.block.links += name == "a"
        self.stack.append((name, name in SKIP_TAGS - _LASTING_TAGS or bool(_SKIP.search(source))))

    def close_tag(self, name: str) -> None:
        if self.lasting[name]:
            self.lasting[name] -= 1
        at = next((at for at in range(len(self.stack) - 1, -1, -1) if self.stack[at][0] == name), None)
        if at is not None:
            del self.stack[at:]
        if name in BLOCK_TAGS:
            self.blocks.append(Block())

    def add(self, source: str, start: int, end: int) -> None:
        self.piece += 1
        may_link, is_linked = self.may_link, self.lasting["a"] > 0
        for text, first, last, is_reference in _runs(source, start, end):
            if is_reference:
                places = [first] * len(text), [last] * len(text)
            else:
                places = list(range(first, last)), list(range(first + 1, last + 1))
            self._put(text, *places, may_link=may_link, is_linked=is_linked)

    def _gap(self) -> None:
        if self.block.chars:
            self.piece += 1
            at = self.block.ends[-1]
            self._put(" ", [at], [at], may_link=False, is_linked=False)

    def _put(self, text: str, starts: list[int], ends: list[int], *, may_link: bool, is_linked: bool) -> None:
        block, count = self.block, len(text)
        block.chars.append(text)
        block.starts += starts
        block.ends += ends
        block.pieces += [self.piece] * count
        block.is_open += [may_link] * count
        block.is_linked += [is_linked] * count


def blocks_read(html: str) -> list[Block]:
    """The blocks of the HTML that have text, in order."""
    reader = _Reader()
    for kind, name, start, end in _tokens(html):
        if kind == "text":
            reader.add(html, start, end)
        elif kind == "open":
            reader.open_tag(name, html[start:end])
        else:
            reader.close_tag(name)
    return [block for block in reader.blocks if block.text.strip()]


def tag_starts(html: str) -> set[int]:
    """The offsets at which a tag begins: a `<` in a comment, an attribute or a script is none."""
    return {start for kind, _, start, _ in _tokens(html) if kind != "text"}


def _tokens(html: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield (`text` | `open` | `close`, tag name, start, end); comments and the insides of scripts are left out."""
    at = text_from = 0
    while (at := html.find("<", at)) >= 0:
        tag, comment = _TAG_START.match(html, at), _COMMENT.match(html, at)
        if tag is None and comment is None and not html.startswith(("<!", "<?", "</"), at):
            at += 1  # a bare "<" is text
            continue
        if text_from < at:
            yield "text", "", text_from, at
        rest = _TAG_REST.match(html, tag.end()) if tag else comment
        if rest is None:
            return  # a tag or comment without an end swallows all that follows
        start, at = at, rest.end()
        text_from = at
        if tag is not None:
            name = tag[2].lower()
            yield "close" if tag[1] else "open", name, start, at
            if not tag[1] and name in _RAW_TAGS:
                at = text_from = _raw_end(html, name, at)
    if text_from < len(html):
        yield "text", "", text_from, len(html)


def _raw_end(html: str, name: str, start: int) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, start)
    return found.start() if found else len(html)


def _runs(source: str, start: int, end: int) -> Iterator[tuple[str, int, int, bool]]:
    """The text between two offsets in runs: plain ones, and resolved character references, which are never cut."""
    at = start
    for reference in _REFERENCE.finditer(source, start, end):
        if at < reference.start():
            yield source[at : reference.start()], at, reference.start(), False
        yield unescape(reference[0]), reference.start(), reference.end(), True
        at = reference.end()
    if at < end:
        yield source[at:end], at, end, False


__all__ = ["SKIP_ATTRIBUTE", "SKIP_TAGS", "Block", "blocks_read", "tag_starts"]
