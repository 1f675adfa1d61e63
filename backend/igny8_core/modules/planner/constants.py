"""The planner's numbers and enums; it must never import a model."""

from django.db.models import TextChoices

MAX_UPLOAD_BYTES = 200 * 1024 * 1024
MAX_STORED_REJECTS = 1_000
# A workbook of more would unpack to more than an import opens again.
MAX_WORKBOOK_KEYWORDS = 500_000
# A preview reads this many rows inside the request (about half a second) and says when there are more.
PREVIEW_ROWS = 10_000
PREVIEW_SAMPLE = 5
PREVIEW_HOURS = 24  # then an upload that nobody started is forgotten
MAX_BULK_IDS = 500
# With more room than this below the plan's limit, a single keyword is not counted against it each time.
AMPLE_ROOM = 500
ROOM_MEMO_SECONDS = 30
MAX_NORMALIZED_LENGTH = 400  # NFKC can turn one letter into several
MAX_URL_LENGTH = 2048

# A lone keyword becomes a cluster only when it is searched for this often, at least as often as three quarters of the
# site's keywords, and not a stranger on the site.
SINGLE_MIN_VOLUME = 1_000
SINGLE_MIN_SIMILARITY = 0.3
# A keyword farther than this from the rest of a new cluster is taken out again before the cluster is written.
MEMBER_MIN_SIMILARITY = 0.2
# A new cluster nearer than this to one that has a topic joins it. On held-out clusters of made lists eight of ten that
# joined stood where a run over everything puts them; at .3 it was seven.
TOPIC_MIN_SIMILARITY = 0.4

PILLAR_MIN_KEYWORDS = 12

MAX_PAGES_AT_ONCE = 5_000
MAX_PAGES_TEXT = 2_000_000  # characters of a sitemap or list


VECTOR_OPERATION = "planner.vectors"  # as billing's price list has it
VECTOR_BATCH = 500  # texts in one question to the provider, and to one measure of the price


class VectorSource(TextChoices):
    """Whose vectors say what is near: those that ship, or those of the provider's model, which cost credits."""

    SHIPPED = "shipped", "Shipped"
    PROVIDER = "provider", "Provider"


class ImportState(TextChoices):
    """The life of an upload; only `import_transition` moves it."""

    UPLOADED = "uploaded", "Uploaded"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class MappingSource(TextChoices):
    """Who said what the columns of an upload mean."""

    DETECTED = "detected", "Detected"
    REMEMBERED = "remembered", "Remembered"
    GIVEN = "given", "Given"


class KeywordStatus(TextChoices):
    """Where a keyword stands in the plan."""

    NEW = "new", "New"
    CLUSTERED = "clustered", "Clustered"
    IN_USE = "in_use", "In use"
    ARCHIVED = "archived", "Archived"


class Intent(TextChoices):
    """What the searcher wants."""

    INFORMATIONAL = "informational", "Informational"
    NAVIGATIONAL = "navigational", "Navigational"
    COMMERCIAL = "commercial", "Commercial"
    TRANSACTIONAL = "transactional", "Transactional"


class LabelSource(TextChoices):
    """Who said so: a person outranks the tool, the tool outranks the rules."""

    TOOL = "tool", "Tool"
    RULES = "rules", "Rules"
    HUMAN = "human", "Human"


class ClusterType(TextChoices):
    """What kind of page a cluster asks for."""

    PILLAR = "pillar", "Pillar"
    PAGE = "page", "Page"
    BLOG = "blog", "Blog"
    CATEGORY = "category", "Category"


class ClusterStatus(TextChoices):
    """Where a cluster stands: pending once an idea of it is being written, finalized when an editor says so."""

    NEW = "new", "New"
    PENDING = "pending", "Pending"
    FINALIZED = "finalized", "Finalized"


class Placement(TextChoices):
    """Who decided on a keyword's cluster, or that it has none; what a person decided no run changes."""

    RULES = "rules", "Rules"
    HUMAN = "human", "Human"


class EditKind(TextChoices):
    """What a person did to the plan."""

    CHANGE = "change", "Changed"
    CREATE = "create", "Made"
    MOVE = "move", "Moved keywords"
    TAKE_OUT = "take_out", "Took keywords out"
    RELEASE = "release", "Gave keywords back to the rules"
    SPLIT = "split", "Split"
    MERGE = "merge", "Merged"
    DELETE = "delete", "Deleted"
    TOPIC = "topic", "Moved clusters"


class IdeaState(TextChoices):
    """The life of a content idea; only `idea_transition` moves it."""

    NEW = "new", "New"
    ACCEPTED = "accepted", "Accepted"
    QUEUED = "queued", "Queued"
    COMPLETED = "completed", "Completed"
    REJECTED = "rejected", "Rejected"
    FAILED = "failed", "Failed"


class PageSource(TextChoices):
    """How we know of a page of the site."""

    PUBLISHED = "published", "Published by us"
    IMPORTED = "imported", "Imported from the site"
    MANUAL = "manual", "Added by a person"


class QuerySource(TextChoices):
    """Who says which query a page answers: a person outranks the article, the article outranks a reading."""

    NONE = "", "Not known"
    DERIVED = "derived", "Read from its address and title"
    ARTICLE = "article", "The article's head keyword"
    PERSON = "person", "Set by a person"


class OwnerSource(TextChoices):
    """Who says which page owns a cluster's head query; what a person said stays, "no page" included."""

    NONE = "", "Nobody"
    RULES = "rules", "Same query"
    PERSON = "person", "Set by a person"


class IdeaKind(TextChoices):
    """What an idea asks for: a page that is not there yet, or work on one that is."""

    NEW_CONTENT = "new_content", "New content"
    QUICK_WIN = "quick_win", "Quick win"
    REFRESH = "refresh", "Refresh"
    DECLINING = "declining", "Declining"


class FindingKind(TextChoices):
    """Two things that chase one query."""

    IDEA_SERVED = "idea_served", "A page serves this already"
    IDEA_WRITTEN = "idea_written", "An article on this is written already"
    IDEA_TWIN = "idea_twin", "Two ideas alike"
    PAGES_QUERY = "pages_query", "Two pages for one query"
    PAGES_SEARCH = "pages_search", "Two pages shown in one search"


class FindingAction(TextChoices):
    """What we propose; keeping both is to dismiss the finding."""

    MERGE = "merge", "Merge and redirect"
    REFRESH = "refresh", "Refresh the page instead"
    RETARGET = "retarget", "Aim at another keyword"
    REJECT = "reject", "Reject the idea"


class FindingState(TextChoices):
    """Where a finding stands; only `finding_transition` moves it. Gone: the last look did not find it."""

    OPEN = "open", "Open"
    DISMISSED = "dismissed", "Dismissed"
    GONE = "gone", "Gone"


# Above this cosine two queries are as a rule the same one, reworded (measured, see semantics/README.md).
TWIN_MIN_SIMILARITY = 0.90


MANUAL_SOURCE = "manual"
SEED_SOURCE, SEED_LANGUAGE = "seed", "en"
