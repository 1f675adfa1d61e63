"""Whose address a request comes from; a header is believed only as far as our own proxies wrote it."""

from typing import Any

from rest_framework.settings import api_settings


def client_address(meta: Any) -> str:
    """The peer's address, or what the outermost of our NUM_PROXIES proxies saw; never a value that the client chose."""
    proxies: int = api_settings.NUM_PROXIES or 0
    forwarded: list[str] = [
        part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if not proxies or not forwarded:
        return str(meta.get("REMOTE_ADDR", ""))
    return forwarded[-min(proxies, len(forwarded))]
