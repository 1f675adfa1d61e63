"""Whose address a request comes from; a header is believed only as far as our own proxies wrote it."""

from ipaddress import IPv6Address, ip_address
from typing import Any

from rest_framework.settings import api_settings


def client_address(meta: Any) -> str:
    """What the outermost of our NUM_PROXIES proxies saw, else the peer's address; never a value that the client chose.

    A header with fewer entries than we have proxies did not pass them all, so whoever sent it wrote its entries.
    """
    proxies: int = api_settings.NUM_PROXIES or 0
    entries = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    seen = _address(entries[-proxies]) if 0 < proxies <= len(entries) else None
    return seen or str(meta.get("REMOTE_ADDR", ""))


def _address(entry: str) -> str | None:
    """An entry's address in its one canonical form, without the port that some proxies add; None for anything else."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id:  # free text, and no peer of a proxy has one
            return None
        return str(address.ipv4_mapped or address)
    return str(address)
