"""The states of a run and of its items, the order of its stages, and what a site may set."""

from django.db.models import TextChoices


class RunState(TextChoices):
    """The life of a run; only `run_transition` moves it."""

    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    WAITING = "waiting", "Waiting for people"
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
    REVIEW = "review", "Waits for review"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    WRITTEN = "written", "Written, not to be published"
    REJECTED = "rejected", "Rejected"
    FAILED = "failed", "Failed"


class Switch(TextChoices):
    """What a site may have its runs do or leave out."""

    CLUSTER = "cluster", "Cluster keywords"
    IDEAS = "ideas", "Make ideas"
    WRITE = "write", "Write articles"
    PUBLISH = "publish", "Publish"


class ApprovalMode(TextChoices):
    """What a person decides before an article is published."""

    AUTO = "auto", "Nothing: what passes the gate is published"
    REVIEW = "review", "Every article"
    MODERATE = "moderate", "Every idea and every article"


class ScheduleKind(TextChoices):
    """How often a site's pipeline starts by itself."""

    OFF = "off", "Never"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "On some days of the week"


class Trigger(TextChoices):
    """What started a run."""

    PERSON = "person", "A person"
    SCHEDULE = "schedule", "The schedule"


class EventKind(TextChoices):
    """What can happen to a run and to an item."""

    RUN_STARTED = "run.started", "Run started"
    RUN_PAUSED = "run.paused", "Run paused"
    RUN_WAITING = "run.waiting", "Run waits for people"
    RUN_RESUMED = "run.resumed", "Run resumed"
    RUN_FAILED = "run.failed", "Run failed"
    RUN_CANCELLED = "run.cancelled", "Run cancelled"
    RUN_COMPLETED = "run.completed", "Run completed"
    STAGE_DONE = "stage.done", "Stage done"
    ITEM_TAKEN = "item.taken", "Idea taken"
    ITEM_WRITTEN = "item.written", "Article written"
    ITEM_SCORED = "item.scored", "Article scored"
    ITEM_HELD = "item.held", "Article waits for review"
    ITEM_APPROVED = "item.approved", "Article approved"
    ITEM_REJECTED = "item.rejected", "Article rejected"
    ITEM_PUBLISHED = "item.published", "Article published"
    ITEM_FAILED = "item.failed", "Item failed"
    ITEM_RETRIED = "item.retried", "Item tried again"


# The order of a run's stages, and the switch that leaves one out; without a switch a stage is always done.
RUN_ORDER = (Stage.IMPORT, Stage.CLUSTER, Stage.IDEAS, Stage.ARTICLES, Stage.DONE)
STAGE_SWITCH = {
    Stage.CLUSTER: Switch.CLUSTER,
    Stage.IDEAS: Switch.IDEAS,
    Stage.ARTICLES: Switch.WRITE,
}
# The order of an item's work. What waits for a person waits before publishing; links will stand in front of it.
ITEM_ORDER = (ItemState.WRITING, ItemState.SCORING, ItemState.PUBLISHING)
ALL_SWITCHES = tuple(switch.value for switch in Switch)

# A waiting run is none of these: what it waits for may take weeks, and its site goes on.
ACTIVE_RUN_STATES = (RunState.RUNNING, RunState.PAUSED)
WORKING_RUN_STATES = (RunState.RUNNING, RunState.WAITING)
OPEN_ITEM_STATES = ITEM_ORDER
MAX_ARTICLES = 100
DEFAULT_ARTICLES = 3
MAX_IDEAS = 500
MAX_BUDGET = 1_000_000_000
EVERY_WEEKDAY = (1, 2, 3, 4, 5, 6, 7)  # ISO 8601: Monday is 1
# Ideas that a run may burn for each article that it owes, before it gives up.
IDEAS_PER_ARTICLE = 4
ONE_ACTIVE_RUN = "automation_one_active_run"
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
}
