"""Which file answers an address, and with which headers; it never leaves the root and never writes."""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from igny8_core.modules.publisher.preview.errors import PreviewTokenInvalid
from igny8_core.modules.publisher.preview.types import token_check

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".xml": "application/xml; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
    }
)
RSS_CONTENT_TYPE = "application/rss+xml; charset=utf-8"

# For every answer under /preview/, the 404 too. X-Robots-Tag says for the XML files what the pages say in their head:
# a preview must never compete with the real site. Without Referrer-Policy a click would hand the token to a stranger.
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; img-src 'self' https: http: data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        ),
        "Cache-Control": "private, no-cache",
    }
)

_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


def resolve(root: Path, path: str) -> Path | None:
    """The file that answers `<token>/<path>`, already percent-decoded; None for anything but a finished page.

    A folder answers with its index.html. No dotfile, no symbolic link anywhere below the root, no unknown type.
    """
    segments = path.removesuffix("/").split("/")
    if not _is_address(segments):
        return None
    file = root
    for segment in segments:
        file = file / segment
        if _kind(file) not in (stat.S_IFDIR, stat.S_IFREG):
            return None
    if _kind(file) == stat.S_IFDIR:
        file = file / "index.html"
    elif path.endswith("/"):
        return None
    return file if _kind(file) == stat.S_IFREG and file.suffix in CONTENT_TYPES else None


def content_type(file: Path) -> str:
    """The Content-Type of a file that `resolve` gave."""
    return RSS_CONTENT_TYPE if file.name == "feed.xml" else CONTENT_TYPES[file.suffix]


def _is_address(segments: list[str]) -> bool:
    try:
        token_check(segments[0])
    except PreviewTokenInvalid:
        return False
    return all(_SEGMENT.fullmatch(segment) for segment in segments)


def _kind(file: Path) -> int | None:
    # lstat of every step, not a comparison of resolved paths: a link inside the root could still cross two sites.
    try:
        return stat.S_IFMT(file.lstat().st_mode)
    except OSError:
        return None
