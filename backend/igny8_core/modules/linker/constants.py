"""The linker's states and limits; it must never import a model."""

from django.db.models import TextChoices


class LinkKind(TextChoices):
    """Where a link leads."""

    INTERNAL = "internal", "Internal"
    EXTERNAL = "external", "External"


class LinkHealth(TextChoices):
    """How well an article is tied into its site."""

    ORPHAN = "orphan", "Orphan"
    WEAK = "weak", "Weak"
    HEALTHY = "healthy", "Healthy"


class SuggestionState(TextChoices):
    """The life of a suggestion; only `suggestion_transition` moves it."""

    SUGGESTED = "suggested", "Suggested"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    INSERTED = "inserted", "Inserted"
    REVERTED = "reverted", "Reverted"


class BatchState(TextChoices):
    """The life of a batch; only `batch_transition` moves it."""

    INSERTING = "inserting", "Inserting"
    INSERTED = "inserted", "Inserted"
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"
    FAILED = "failed", "Failed"


class ArticleOutcome(TextChoices):
    """What a batch did to one article, and what undoing it did."""

    INSERTED = "inserted", "Links inserted"
    UNCHANGED = "unchanged", "No link could be placed"
    RESTORED = "restored", "Restored byte for byte"
    REMOVED = "removed", "Edited since: all its links taken out"
    PARTLY = "partly_removed", "Edited since: some links were changed by hand and stay"
    KEPT = "kept", "Edited since: no link stands as it was inserted"


WEAK_INBOUND = 3  # fewer links in than this: weak
WEAK_OUTBOUND = 2
MAX_SUGGESTIONS = 10  # per article
MAX_RANKED = 40  # pages for which words are looked for in an article
MAX_IDS = 500
SHOWN_NODES = 20  # orphans and hubs beside the totals
ARTICLES_PER_STEP = 50
MAX_RETRIES = 3  # of an article that a person saves at the same moment
