"""The platforms that a site can be published to, and what is known of a connection."""

from enum import Enum

from django.db.models import TextChoices


class Platform(TextChoices):
    """What stands at the other end."""

    PREVIEW = "preview", "Built-in preview site"
    WORDPRESS = "wordpress", "WordPress"


class ConnectionStatus(TextChoices):
    """What the last check said."""

    UNCHECKED = "unchecked", "Unchecked"
    OK = "ok", "OK"
    FAILING = "failing", "Failing"


class Unchanged(Enum):
    """Says of an optional value that may be None that it stays as it is."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
# A gate of 70 asks for green where it matters and forgives a few orange checks; it is opinion, so each destination
# may set its own. The preview has none: nobody but its owner reads it.
WORDPRESS_MINIMUM_SCORE = 70
MAX_MINIMUM_SCORE = 100
PREVIEW_TOKEN_BYTES = 24  # 192 bits: the token is the preview site's only lock
