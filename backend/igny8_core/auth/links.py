"""Signed links that prove an address or an intention: each for one purpose, for a while, and usable once."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from django.core import signing

from igny8_core.common.errors import DomainError


class LinkInvalid(DomainError):
    """The link was not made by us, is too old, or has done what it was for."""

    code = "link_invalid"
    message = "This link is not valid any more; ask for a new one."


class LinkPurpose(Enum):
    """What a link is for, and how many seconds it lives."""

    REGISTRATION = ("registration", 24 * 3600)
    INVITATION = ("invitation", 7 * 24 * 3600)
    PASSWORD_RESET = ("password-reset", 3600)

    @property
    def salt(self) -> str:
        """A link of one purpose is no link of another."""
        return f"igny8.link.{self.value[0]}"

    @property
    def seconds(self) -> int:
        """How long the link lives."""
        return self.value[1]


def link_sign(purpose: LinkPurpose, values: Mapping[str, Any]) -> str:
    """The token of a link that carries `values`."""
    return signing.dumps(dict(values), salt=purpose.salt, compress=True)


def link_read(purpose: LinkPurpose, token: str) -> dict[str, Any]:
    """What a token carries; raises LinkInvalid."""
    try:
        values: dict[str, Any] = signing.loads(token, salt=purpose.salt, max_age=purpose.seconds)
    except signing.BadSignature as error:
        raise LinkInvalid from error
    return values
