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


class Taxonomy(TextChoices):
    """The two taxonomies that every WordPress site has for its posts."""

    CATEGORY = "category", "Categories"
    TAG = "tag", "Tags"

    @property
    def route(self) -> str:
        """Its name in the REST interface."""
        return "categories" if self is Taxonomy.CATEGORY else "tags"


class PostKind(TextChoices):
    """What a WordPress site publishes: posts in its blog, and pages beside it; both count their ids together."""

    POST = "post", "Posts"
    PAGE = "page", "Pages"

    @property
    def route(self) -> str:
        """Its name in the REST interface."""
        return f"{self.value}s"


class StepState(TextChoices):
    """How one step of a connection's check went."""

    OK = "ok", "OK"
    WARNING = "warning", "Works, with a remark"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Not reached"


MAX_TERM_PAGES = 200  # of 100 terms each; a site with more is read no further
MAX_POST_PAGES = 100  # of 100 posts each, and of as many pages
# A picture of the site's terms that is older is asked about again before a post is filed under them.
TERMS_FRESH_SECONDS = 3600
PREVIEW_TOKEN_BYTES = 24  # 192 bits: the token is the preview site's only lock
