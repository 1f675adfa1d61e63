"""The random passwords and keys of one state directory, in a file only its owner may read; it never shows them."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path

from igny8_core.runtime.paths import private_write


def password_new() -> str:
    """256 random bits in characters that need no quoting in a URL, a shell or SQL."""
    return secrets.token_urlsafe(32)


def signing_key_new() -> str:
    """384 random bits: Django wants at least 50 characters."""
    return secrets.token_urlsafe(48)


def fernet_key_new() -> str:
    """A key as `cryptography.fernet` wants it: 32 random bytes, URL-safe base64 with padding."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


class SecretStore:
    """Named secrets that are made once and kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, name: str, *, make: Callable[[], str] = password_new) -> str:
        """The secret of that name; made and written on first use."""
        known: dict[str, str] = json.loads(self.path.read_text()) if self.path.exists() else {}
        if name not in known:
            known[name] = make()
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            private_write(self.path, json.dumps(known, indent=2, sort_keys=True) + "\n")
        return known[name]
