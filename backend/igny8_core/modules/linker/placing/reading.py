"""Reads the links that HTML holds, as a browser would; it must never change the HTML."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from igny8_core.common.html import is_bounded

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNFIT = frozenset(" \"'<>\\^`{|}")


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link in the order of the text; `position` counts from 1."""

    url: str
    anchor: str
    position: int


def links_read(html: str) -> list[FoundLink]:
    """Every link of the HTML that has an address; none when it is too deeply nested to parse."""
    if not is_bounded(html):
        return []
    nodes = LexborHTMLParser(html).css("a[href]")
    links = [
        ((node.attributes.get("href") or "").strip(), " ".join(node.text(deep=True).split()))
        for node in nodes
    ]
    real = [(url, anchor) for url, anchor in links if url and not url.startswith("#")]
    return [FoundLink(url, anchor, position) for position, (url, anchor) in enumerate(real, 1)]


def address_key(url: str) -> str:
    """A key that is equal for addresses of one page: without scheme, default port, `www.`, fragment and last slash."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:  # no address at all
        return url.strip()
    place = host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{place}{parts.path.rstrip('/')}{query}"


def host_of(url: str) -> str:
    """The host of an address in lower case without `www.`; empty for a relative or a broken one."""
    return address_key(url).split("/", 1)[0].split("?", 1)[0] if "//" in url else ""


def is_linkable(url: str) -> bool:
    """Whether the address may stand in an article: http or https, with a host, every character written as it must."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname)
    except ValueError:
        return False
    is_plain = all("!" <= char <= "~" and char not in _UNFIT for char in url)
    return parts.scheme in _DEFAULT_PORTS and has_host and is_plain
