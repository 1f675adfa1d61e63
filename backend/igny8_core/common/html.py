"""The one door for HTML: what may be stored, and what a reader sees of it; it never fetches anything."""

import re
from collections.abc import Iterator
from html import escape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

_ALLOWED = """
a abbr b blockquote br caption code dd del div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark
ol p pre q s small span strong sub sup table tbody td tfoot th thead tr u ul
"""
_BLOCKS = """
address article aside blockquote caption center dd details dialog dir div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol option p pre search section select summary
table tbody td tfoot th thead tr ul
"""
_UNREAD = """
-comment audio canvas head iframe math noembed noframes noscript object script style svg template title video
"""
ALLOWED_TAGS = frozenset(_ALLOWED.split())
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "*": {"id", "lang"},
}
ALLOWED_SCHEMES = {"http", "https", "mailto"}

BLOCK_TAGS = frozenset(_BLOCKS.split())
UNREAD_TAGS = frozenset(_UNREAD.split())
TEXT = "-text"

MAX_CONTAINERS = 5_000
_CONTAINER = re.compile(
    r"<(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form|"
    r"header|hgroup|listing|main|menu|nav|ol|search|section|summary|ul)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")

__all__ = ["ALLOWED_TAGS", "BLOCK_TAGS", "TEXT", "escape", "is_bounded", "sanitize", "to_text", "walk"]


def sanitize(html: str) -> str:
    """The same HTML without anything that could run, track or restyle; `h1` is the title's alone and is dropped.

    With more than `MAX_CONTAINERS` nesting elements only the text stays.
    """
    return nh3.clean(
        _bounded(html),
        tags=set(ALLOWED_TAGS),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
        url_schemes=ALLOWED_SCHEMES,
        link_rel="noopener",
    )


def walk(html: str) -> Iterator[tuple[str, LexborNode, bool]]:
    """Yield `(tag, node, is_start)` for what a reader sees of the body, in reading order.

    A text node comes once with tag `TEXT`; an element comes twice, at its start and at its end. Comments and
    `UNREAD_TAGS` are left out with all that they hold. Takes linear time and no recursion, whatever the HTML.
    """
    body = LexborHTMLParser(_bounded(html)).body
    first = None if body is None else body.first_child
    pending = [] if first is None else [(first, True)]
    while pending:
        node, is_start = pending.pop()
        tag = node.tag or ""
        if not is_start:
            yield tag, node, False
            continue
        if (following := node.next) is not None:
            pending.append((following, True))
        if tag in UNREAD_TAGS:
            continue
        yield tag, node, True
        if tag == TEXT:
            continue
        pending.append((node, False))
        if (child := node.first_child) is not None:
            pending.append((child, True))


def to_text(html: str) -> str:
    """The text that a reader sees: one line per block, per `<br>` and per line of `<pre>`; white space collapsed."""
    pieces: list[str] = []
    open_pre = 0
    for tag, node, is_start in walk(html):
        if tag == TEXT:
            text = node.text_content or ""
            pieces.append(text if open_pre else _one_line(text))
        elif tag == "br" or tag in BLOCK_TAGS:
            pieces.append("\n")
            if tag == "pre":
                open_pre += 1 if is_start else -1
    lines = (" ".join(line.split()) for line in "".join(pieces).splitlines())
    return "\n".join(line for line in lines if line)


def is_bounded(html: str) -> bool:
    """Whether the HTML has at most `MAX_CONTAINERS` nesting elements, and so is parsed in little time."""
    if html.count("<") <= MAX_CONTAINERS:
        return True
    return sum(1 for _ in _CONTAINER.finditer(html)) <= MAX_CONTAINERS


def _one_line(text: str) -> str:
    """The text with its line ends as spaces; spaces at its edges stay, for they part it from its neighbours."""
    return " ".join(text.splitlines()) + (" " if text[-1:].isspace() else "")


def _bounded(html: str) -> str:
    """The HTML, or its bare text when parsing it would take minutes.

    The HTML standard makes a parser look through all open elements at each block start, so that time grows with
    the square of the nesting; no article has thousands of containers, only an attack has.
    """
    return html if is_bounded(html) else _TAG.sub(" ", html)
