"""Tells internal from outbound links by host; it never follows one."""

from enum import Enum
from urllib.parse import urlsplit


class LinkKind(Enum):
    """Where a link leads."""

    INTERNAL = "internal"
    OUTBOUND = "outbound"


def link_kind(href: str, *, site_host: str) -> LinkKind | None:
    """Where `href` leads; None for a place in the same page, another scheme (mail, telephone) or no valid address.

    A leading "www." makes no difference; any other subdomain is another site.
    """
    try:
        address = urlsplit(href)
        host = address.hostname
    except ValueError:
        return None
    if address.scheme not in ("", "http", "https"):
        return None
    if host is None:
        is_page = not address.scheme and not address.netloc and bool(address.path or address.query)
        return LinkKind.INTERNAL if is_page else None
    is_own = _bare(host) == _host_of(site_host)
    return LinkKind.INTERNAL if is_own else LinkKind.OUTBOUND


def _host_of(site_host: str) -> str | None:
    """The bare host of a setting that may be a host, a host with port or a whole address."""
    try:
        host = urlsplit(site_host if "//" in site_host else f"//{site_host}").hostname
    except ValueError:
        return None
    return None if host is None else _bare(host)


def _bare(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("www.")
