"""The writer's states and limits; it must never import a model."""

from django.db.models import TextChoices


class TaskState(TextChoices):
    """The life of a writing task; only `task_transition` moves it."""

    QUEUED = "queued", "Queued"
    WRITING = "writing", "Writing"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class RevisionSource(TextChoices):
    """Who made a revision."""

    MACHINE = "machine", "Machine"
    HUMAN = "human", "Human"
    LINKS = "links", "Links"


class ReviewState(TextChoices):
    """What a person said of an article; only `review_transition` moves it."""

    NONE = "none", "None"
    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


OPEN_STATES = (TaskState.QUEUED, TaskState.WRITING)
# An unfit article is written once more from the start; a second failure ends the task.
MAX_DRAFTS = 2
MAX_TAGS = 5
# Longer than one model call with all its retries: whoever is alive renews the claim before each call.
CLAIM_SECONDS = 180
SECTION_OPERATION = "writer.section"
MAX_REVIEW_TEXT = 500
# What a person may change, and what a revision keeps.
EDITABLE_FIELDS = ("title", "slug", "html", "excerpt", "meta_description")
