"""Text on its way into HTML, XML and JSON-LD: cleaned, escaped, dated; it knows no page and no site."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

_PLANE_ENDS = "".join(chr(plane * 0x10000 + end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
# What HTML5 calls a control or a noncharacter and XML 1.0 refuses outright; a lone surrogate is not even UTF-8.
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")
_JSON_IN_HTML = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
# Not the calendar module's names: those follow the process's locale.
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]


def clean(text: str) -> str:
    """The text without the characters that no HTML or XML document may hold."""
    return _FORBIDDEN.sub("", text)


def line(text: str) -> str:
    """The cleaned text on one line, its runs of white space made one space."""
    return " ".join(clean(" ".join(text.split())).split())


def esc(text: str) -> str:
    """One line of text, safe in an HTML or XML text and in a double-quoted attribute."""
    return escape(line(text), quote=True)


def json_for_script(value: Mapping[str, Any]) -> str:
    """JSON that no HTML parser can read as the end of its script element or as a comment."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_JSON_IN_HTML)


def iso(moment: datetime) -> str:
    """W3C date and time in UTC, whole seconds, as JSON-LD, Open Graph and sitemaps ask."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def rfc822(moment: datetime) -> str:
    """The date form of RSS 2.0."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def readable_date(moment: datetime, *, language: str) -> str:
    """`14 May 2026` in English; `2026-05-14`, which every reader understands, in any other language."""
    day = moment.astimezone(UTC)
    if is_english(language):
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return day.date().isoformat()


def is_english(language: str) -> bool:
    """Whether the theme's own few words are in the site's language."""
    return language.lower().split("-")[0] == "en"


def first_image(html: str, *, page_url: str) -> str | None:
    """The absolute http(s) address of the first picture of a sanitised body."""
    picture = LexborHTMLParser(clean(html)).css_first('img[src]:not([src=""])')
    if picture is None:
        return None
    try:
        address = urljoin(page_url, picture.attributes["src"] or "")
    except ValueError:  # "http://[": a sanitiser lets an address pass that is none
        return None
    return address if address.startswith(("http://", "https://")) else None
