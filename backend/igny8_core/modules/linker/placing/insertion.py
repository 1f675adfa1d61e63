"""Puts links into an HTML source and takes them out again; nothing but the links may change, byte for byte."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from selectolax.lexbor import LexborHTMLParser, LexborNode

from igny8_core.common.html import escape, is_bounded
from igny8_core.common.text import words
from igny8_core.modules.linker.placing.markup import (
    SKIP_ATTRIBUTE,
    SKIP_TAGS,
    Block,
    blocks_read,
    tag_starts,
)
from igny8_core.modules.linker.placing.reading import address_key, host_of, is_linkable, links_read
from igny8_core.modules.linker.placing.sentences import Sentence, is_placeable, sentences_read


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """How many links an article may have to the targets' host, those it has included."""

    words_per_link: int = 150
    per_article: int = 10
    per_paragraph: int = 2

    def of(self, word_count: int) -> int:
        """The most links for a text of so many words; a short one may have one."""
        return min(self.per_article, max(1, word_count // self.words_per_link))


@dataclass(frozen=True, slots=True)
class WantedLink:
    """A link that is to be put on these words of this sentence."""

    key: str
    url: str
    anchor: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A link that was put in; `markup` is exactly what now stands in the source."""

    key: str
    markup: str

    @property
    def inner(self) -> str:
        """What stood there before, and does again when the link is taken out; no address holds a `>`."""
        return self.markup[self.markup.index(">") + 1 : -len("</a>")]


@dataclass(frozen=True, slots=True)
class RefusedLink:
    """A link that was not put in: `linked`, `limit`, `gone` (the words), `unsafe` or `address`."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inserted:
    """The new source, and what became of each wanted link, in their order."""

    html: str
    placed: tuple[PlacedLink, ...]
    refused: tuple[RefusedLink, ...]


def links_insert(html: str, wanted: Sequence[WantedLink], *, limits: LinkLimits) -> Inserted:
    """Put links into the HTML where their words still stand free; whatever cannot be placed is refused with a reason.

    Never inside headings, links, code, other `SKIP_TAGS` or elements with `SKIP_ATTRIBUTE`; one link per sentence and
    target. Doing it again places nothing.
    """
    source, placed, refused = html, [], []
    for link in wanted:
        found = _insert(source, link, limits)
        if isinstance(found, RefusedLink):
            refused.append(found)
        else:
            source, one = found
            placed.append(one)
    return Inserted(source, tuple(placed), tuple(refused))


def links_remove(html: str, placed: Sequence[PlacedLink]) -> tuple[str, tuple[str, ...]]:
    """Take out the links that still stand exactly as they were put in; returns the source and the keys removed."""
    removed = []
    for link in reversed(placed):
        tags = tag_starts(html)
        starts = [found.start() for found in re.finditer(re.escape(link.markup), html)]
        standing = [start for start in starts if start in tags]
        if len(standing) == 1:
            start = standing[0]
            html = html[:start] + link.inner + html[start + len(link.markup) :]
            removed.append(link.key)
    return html, tuple(reversed(removed))


def _insert(html: str, link: WantedLink, limits: LinkLimits) -> tuple[str, PlacedLink] | RefusedLink:
    if not is_linkable(link.url):
        return RefusedLink(link.key, "address")
    if not is_bounded(html):
        return RefusedLink(link.key, "unsafe")
    addresses = [found.url for found in links_read(html)]
    if address_key(link.url) in map(address_key, addresses):
        return RefusedLink(link.key, "linked")
    blocks = blocks_read(html)
    if _is_full(blocks, addresses, link, limits):
        return RefusedLink(link.key, "limit")
    places = _places(blocks, link)
    if not places:
        return RefusedLink(link.key, "gone")
    free = [place for place in places if place[0].links < limits.per_paragraph]
    if not free:
        return RefusedLink(link.key, "limit")
    block, first, last = free[0]
    start, end = block.starts[first], block.ends[last - 1]
    opening = (
        f'<a href="{escape(link.url)}" rel="noopener">'  # as `sanitize` writes it, so that edits keep it
    )
    if not _is_safe(html, start, end):
        return RefusedLink(link.key, "unsafe")
    markup = f"{opening}{html[start:end]}</a>"
    return html[:start] + markup + html[end:], PlacedLink(link.key, markup)


def _is_full(blocks: list[Block], addresses: list[str], link: WantedLink, limits: LinkLimits) -> bool:
    word_count = sum(len(words(block.text)) for block in blocks)
    there = sum(host_of(url) in ("", host_of(link.url)) for url in addresses)
    return there >= limits.of(word_count)


def _places(blocks: list[Block], link: WantedLink) -> list[tuple[Block, int, int]]:
    """Where the anchor stands, free, in a sentence that reads as the wanted one."""
    anchor = re.compile(r"\s+".join(map(re.escape, link.anchor.split())))
    found = []
    for sentence in sentences_read(blocks):
        if sentence.is_free and sentence.text == link.sentence and link.anchor.strip():
            found += [
                (sentence.block, start, end)
                for start, end in _spans(sentence, anchor)
                if is_placeable(sentence.block, start, end)
            ]
    return found


def _spans(sentence: Sentence, anchor: re.Pattern[str]) -> list[tuple[int, int]]:
    return [found.span() for found in anchor.finditer(sentence.block.text, sentence.start, sentence.end)]


def _is_safe(html: str, start: int, end: int) -> bool:
    """Whether a real parser agrees: one new link, around one text, in no element that keeps links out, nothing else."""
    mark = next(name for name in (f"data-igny8-{number}" for number in count()) if name not in html)
    with_link = LexborHTMLParser(f"{html[:start]}<a {mark}>{html[start:end]}</a>{html[end:]}")
    found = with_link.css(f"a[{mark}]")
    if len(found) != 1 or not _is_allowed(found[0]):
        return False
    found[0].unwrap()
    return with_link.html == LexborHTMLParser(html).html


def _is_allowed(node: LexborNode) -> bool:
    inside = node.first_child
    if inside is None or inside.next is not None or inside.tag != "-text":
        return False
    above = node.parent
    while above is not None:
        if above.tag in SKIP_TAGS or SKIP_ATTRIBUTE in above.attributes:
            return False
        above = above.parent
    return True
