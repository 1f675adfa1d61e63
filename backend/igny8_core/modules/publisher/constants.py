"""The life of a publication, and the few numbers of the room."""

from django.db.models import TextChoices


class PublicationState(TextChoices):
    """How far an article is on its way to a destination; only `publication_transition` moves it."""

    RESERVED = "reserved", "Reserved"
    SENDING = "sending", "Sending"
    UNKNOWN = "unknown", "Outcome unknown"
    DRAFTED = "drafted", "Drafted"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"


# A server may carry out for this long what it was sent: only afterwards does "not there" mean that it never came.
SERVER_TIME_LIMIT_SECONDS = 60
MAX_SENDS = 3  # of one post whose outcome stays unknown each time
MAX_SLUG_TRIES = 50
SLUG_LENGTH = 190
PAGE_SOURCE = "published"  # planner's word for a page that we wrote
STEPS = 4  # of progress: reserved, drafted, released, confirmed
