"""The states of a run and of its items, and the order of its stages."""

from django.db.models import TextChoices


class RunState(TextChoices):
    """The life of a run; only `run_transition` moves it."""

    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Stage(TextChoices):
    """What a run does now."""

    IMPORT = "import", "Import"
    CLUSTER = "cluster", "Cluster"
    IDEAS = "ideas", "Ideas"
    ARTICLES = "articles", "Articles"
    DONE = "done", "Done"


class ItemState(TextChoices):
    """How far one idea of a run is; only `item_transition` moves it."""

    WRITING = "writing", "Writing"
    SCORING = "scoring", "Scoring"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"


ACTIVE_RUN_STATES = (RunState.RUNNING, RunState.PAUSED)
OPEN_ITEM_STATES = (ItemState.WRITING, ItemState.SCORING, ItemState.PUBLISHING)
MAX_ARTICLES = 100
# Ideas that a run may burn for each article that it owes, before it gives up.
IDEAS_PER_ARTICLE = 4
ONE_ACTIVE_RUN = "automation_one_active_run"
ARTICLE_HELD = "article_held"  # the article is written, paid for, and waits for a person
# Errors, by code, that lie in one idea's text and in nothing else: the item fails and the next idea is taken. Any other
# final error (a refused key, an unknown model, a destination that refuses) would meet every idea, so it stops the run.
IDEA_FAULTS = {
    ItemState.WRITING: frozenset(
        {
            "article_unfit",
            "model_context_overflow",
            "model_output_invalid",
            "model_output_truncated",
            "model_refused",
            "not_found",  # a person deleted the idea
            "task_exists",
        }
    ),
    ItemState.SCORING: frozenset({"not_found"}),  # a person deleted the article
    ItemState.PUBLISHING: frozenset({ARTICLE_HELD}),
}
