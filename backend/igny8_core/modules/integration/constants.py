"""The platforms that a site can be published to, and what is known of a connection."""

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


PREVIEW_TOKEN_BYTES = 24  # 192 bits: the token is the preview site's only lock
