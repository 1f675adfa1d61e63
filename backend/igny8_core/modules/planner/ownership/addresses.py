"""Reads addresses of pages: which are one page, which belong to a site, and what query one is likely to answer."""

import csv
import re
from html import unescape
from urllib.parse import unquote, urlsplit, urlunsplit

from igny8_core.semantics.normalise import keyword_normalise

MAX_URL_LENGTH = 500
MAX_QUERY_LENGTH = 200
_SCHEMES = ("https", "http")
_TRACKING = re.compile(r"(?:^|&)(?:utm_[a-z]+|gclid|fbclid|msclkid)=[^&]*", re.IGNORECASE)
# The database stores neither NUL nor half a surrogate pair; no control character has a place in an address.
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?)$", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d+|[0-9a-f]{8,})")
# What stands for no topic of its own: a list, a page of a list, the front page under another name.
_PLACES = frozenset("index home category tag author page archive search amp feed blog news".split())
_SITE_NAME = re.compile(r"\s+[|–—·»-]\s+[^|–—·»]{1,60}$")
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</loc>", re.IGNORECASE)


def page_address(text: str) -> str:
    """An address as it is kept: scheme and host in lower case, no fragment, no tracking; "" for what is none."""
    text = text.strip()
    if _UNSTORABLE.search(text):
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in _SCHEMES or "." not in host or " " in host or "@" in parts.netloc:
        return ""
    query = _TRACKING.sub("", parts.query).strip("&")
    kept = urlunsplit((parts.scheme.lower(), host + port, parts.path or "/", query, ""))
    return kept if len(kept) <= MAX_URL_LENGTH else ""


def address_key(url: str) -> str:
    """What two spellings of one page's address have in common: no scheme, no www, no slash at the end."""
    parts = urlsplit(page_address(url) or url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def address_spellings(url: str) -> list[str]:
    """The ways in which the page of an address may be written, itself among them."""
    parts = urlsplit(url)
    bare, path = parts.netloc.removeprefix("www."), parts.path.rstrip("/")
    return sorted(
        {url}
        | {
            urlunsplit((scheme, host, ending, parts.query, ""))
            for scheme in _SCHEMES
            for host in (bare, f"www.{bare}")
            for ending in (path, f"{path}/")
        }
    )


def is_of_site(url: str, *, domain: str) -> bool:
    """Whether an address is on a site's domain or below it."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    own = domain.lower().removeprefix("www.")
    return host == own or host.endswith(f".{own}")


def query_derive(*, url: str, title: str) -> str:
    """The query that a page seems to answer, from its address, else its title; "" when neither says anything.

    A guess: writers put the query into the address, and leave out there what only adorns a title.
    """
    path = _EXTENSION.sub("", unquote(urlsplit(url).path).rstrip("/"))
    slug = path.rpartition("/")[2]
    words = [word for word in re.split(r"[-_+\s]+", slug) if word and not _NUMBER.fullmatch(word)]
    is_telling = len(words) > 1 or (len(words) == 1 and words[0].isalpha() and len(words[0]) > 2)
    if is_telling and not all(word.casefold() in _PLACES for word in words):
        return keyword_normalise(" ".join(words))[:MAX_QUERY_LENGTH]
    if not slug:
        return ""  # the front page answers for the site's name, not for a topic
    return keyword_normalise(_SITE_NAME.sub("", title))[:MAX_QUERY_LENGTH]


def addresses_read(text: str) -> list[tuple[str, str]]:
    """Pairs of address and title from a sitemap, or from lines of "address, title"; in order, each text once."""
    if "<loc>" in text[:100_000].casefold():
        pairs = [(unescape(found), "") for found in _LOCATION.findall(text)]
    else:
        pairs = [_line_read(line) for line in text.splitlines()]
    return list({url.strip(): (url.strip(), title) for url, title in pairs if url.strip()}.values())


def _line_read(line: str) -> tuple[str, str]:
    delimiter = "\t" if "\t" in line else ","
    try:
        cells = next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return "", ""
    url, title, *_rest = [*cells, "", ""]
    return url.strip(), title.strip()
