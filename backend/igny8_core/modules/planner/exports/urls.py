"""Reads the cells that hold addresses of pages; a cell that is no address is left out, never guessed at."""

import re

_MAX_LENGTH = 2048
_MAX_URLS = 20
_URL = re.compile(r"https?://[^\s/?#\"'<>\\,]+\.[^\s\"'<>\\]*", re.IGNORECASE)
_BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:[/?#]\S*)?", re.IGNORECASE)
_LISTED = re.compile(r"https?://[^\s\"'<>\\|;]+", re.IGNORECASE)


def parse_url(cell: str) -> str | None:
    """The address of one page, https where the scheme is left out; None for anything else, such as a page's name.

    The keyword is not refused for it.
    """
    if len(cell) > _MAX_LENGTH or not cell.isprintable():
        return None
    if _URL.fullmatch(cell):
        return cell
    return f"https://{cell}" if _BARE.fullmatch(cell) and len(cell) <= _MAX_LENGTH - 8 else None


def parse_urls(cell: str) -> tuple[str, ...]:
    """The addresses in a list cell, however they are separated, without repeats; at most 20."""
    found = (url.rstrip(",.") for url in _LISTED.findall(cell))
    return tuple(dict.fromkeys(url for url in found if parse_url(url)))[:_MAX_URLS]
