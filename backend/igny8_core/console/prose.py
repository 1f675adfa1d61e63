"""An article's HTML made fit to stand in our own pages, and the outline that leads into it."""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from selectolax.lexbor import LexborHTMLParser, LexborNode

from igny8_core.common.html import is_bounded, sanitize

HEADINGS = "h2, h3, h4"
PREFIX = "text-"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an article, and the anchor that it has on our page."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Prose:
    """An article's text as markup for our page."""

    html: SafeString
    outline: tuple[Heading, ...]


def prose(html: str) -> Prose:
    """An article as a reader sees it: ids that cannot be taken for ours, an anchor on each heading, no foreign images.

    The policy of our pages loads nothing from elsewhere; an image from there is told of in words.
    """
    # More nesting than any article has: only its text will be left of it, and there is nothing to lead to.
    if not is_bounded(html):
        return Prose(_safe(html), ())
    tree = LexborHTMLParser(html)
    for node in tree.css("[id]"):
        node.attrs["id"] = PREFIX + (node.attributes["id"] or "")
    for node in tree.css('a[href^="#"]'):
        node.attrs["href"] = f"#{PREFIX}{(node.attributes['href'] or '')[1:]}"
    for node in tree.css("img"):
        if not _is_ours(node.attributes.get("src") or ""):
            node.replace_with(f"[{node.attributes.get('alt') or node.attributes.get('src') or 'image'}]")
    outline = tuple(_anchored(node, number) for number, node in enumerate(tree.css(HEADINGS), start=1))
    body = tree.body
    return Prose(_safe("" if body is None else body.inner_html or ""), outline)


def _anchored(node: LexborNode, number: int) -> Heading:
    anchor = node.attrs["id"] = f"{PREFIX}part-{number}"
    return Heading(level=int((node.tag or "h2")[1]), text=" ".join(node.text().split()), anchor=anchor)


def _is_ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//")


def _safe(html: str) -> SafeString:
    # What is stored was sanitised when it was stored. It is sanitised once more, last of all, because it stands in a
    # page that holds a session: a row written by other code, by an older rule or by hand must not run here.
    return mark_safe(sanitize(html))  # noqa: S308 - see above
