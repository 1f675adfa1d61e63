"""An idea with its brief, the prose that a good model writes for it, and the ledger's view of it."""

import itertools
from typing import Any
from uuid import UUID

from igny8_core.modules.billing.selectors import balance_check, balance_get
from igny8_core.modules.billing.services import credits_grant
from igny8_core.modules.planner.constants import IdeaState
from igny8_core.modules.planner.models import Cluster, ContentIdea
from igny8_core.modules.writer.constants import RevisionSource, TaskState
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.modules.writer.services import task_create
from igny8_core.modules.writer.services.articles import revision_add
from igny8_core.testing.factories import Tenant

GRIND = "Why does a French press need a coarse grind?"
FILTER = "What does the metal filter let through?"
STEEP = "How long should coffee steep?"
WATER = "How hot should the water be?"
CLEAN = "How do you clean the press?"
PROSE = {
    GRIND: "A coarse grind lets hot water pass between the particles, so that the strainer of the pot holds nearly "
    "all of them back. Powdery coffee slips through the mesh instead and leaves mud at the bottom of the cup, which "
    "most people find harsh and dry on the tongue.",
    FILTER: "Two layers of woven steel keep out the larger grounds but not the oils, and those oils carry much of the "
    "aroma that paper would have swallowed. This is why the drink feels heavier than one from a dripper, and why it "
    "turns cloudy when it stands for long.",
    STEEP: "Four minutes are a good beginning for a large pot filled with thirty grams of beans. Lighter roasts want a "
    "minute more because their cells give up sugar only slowly, while very dark ones become bitter sooner and should "
    "be poured before the clock has run out.",
    WATER: "Let the kettle rest for half a minute after it has boiled, which brings it down to about ninety five "
    "degrees. Cooler water leaves sourness behind, and a rolling boil scorches the surface of the bed before the rest "
    "of it has even become wet.",
    CLEAN: "Knock the spent grounds into the compost once the glass has cooled, then take the plunger apart and rinse "
    "every disc under the tap. A little soap once a week removes the film of fat that would otherwise go rancid and "
    "spoil the next morning for everybody.",
}
REFUSAL = "I'm sorry, but as an AI language model I cannot help with writing about this subject at all."
OUTLINE: list[dict[str, Any]] = [
    {"heading": "The grind", "points": [GRIND, FILTER], "target_words": 110},
    {"heading": "Time and heat", "points": [STEEP, WATER], "target_words": 110},
    {"heading": "Cleaning", "points": [CLEAN], "target_words": 60},
]
REQUESTS = 5  # one for each point, when nothing is rewritten
PRICE = 5  # 2 + 2 + 1: each section by its started hundreds of words
GRANT = 100
_numbers = itertools.count(1)


def idea_make(tenant: Tenant, *, outline: list[dict[str, Any]] | None = None, head: str = "") -> ContentIdea:
    """An accepted idea with its brief."""
    outline = OUTLINE if outline is None else outline
    head = head or f"french press coffee {next(_numbers)}"
    with tenant.work():
        cluster = Cluster.objects.create(
            site_id=tenant.site.pk, sector_id=tenant.sector.pk, name="French press", head_keyword=head
        )
        return ContentIdea.objects.create(
            site_id=tenant.site.pk,
            sector_id=tenant.sector.pk,
            cluster=cluster,
            title=f"How to Make {head.title()}",
            head_keyword=head,
            state=IdeaState.ACCEPTED,
            brief={
                "title_options": ["How to Make French Press Coffee"],
                "secondary_keywords": ["coarse grind", "steep time"],
                "search_intent": "informational",
                "audience": "home baristas",
                "outline": outline,
                "target_word_count": sum(section["target_words"] for section in outline),
                "language": "en",
            },
        )


def task_make(tenant: Tenant, **fields: Any) -> WritingTask:
    """A queued task."""
    idea = idea_make(tenant, **fields)
    with tenant.work():
        return task_create(idea.pk)


def article_make(tenant: Tenant, **fields: Any) -> Article:
    """A stored article whose task is done."""
    task = task_make(tenant)
    with tenant.work():
        WritingTask.objects.filter(pk=task.pk).update(state=TaskState.DONE)
        article = Article.objects.create(
            **{
                "site_id": task.site_id,
                "sector_id": task.sector_id,
                "task_id": task.pk,
                "idea_id": task.idea_id,
                "title": task.title,
                "slug": "french-press",
                "html": f"<h2>The grind</h2>\n<p>{PROSE[GRIND]}</p>",
                "head_keyword": task.head_keyword,
                "word_count": 46,
                **fields,
            }
        )
        revision_add(article, source=RevisionSource.MACHINE)
    return article


def credits_give(tenant: Tenant, amount: int = GRANT) -> None:
    """Credits to write with."""
    with tenant.work():
        credits_grant(amount, reason="for a test", idempotency_key="test")


def credits_of(tenant: Tenant) -> tuple[int, int]:
    """(balance, held), proven against the ledger line by line."""
    with tenant.work():
        assert balance_check().is_exact
        found = balance_get()
        return found.balance, found.held


def task_get(tenant: Tenant, task_id: UUID) -> WritingTask:
    """The task as it is now."""
    with tenant.work():
        return WritingTask.objects.get(pk=task_id)


def idea_state(tenant: Tenant, idea_id: UUID) -> str:
    """What the planner says of the idea."""
    with tenant.work():
        return str(ContentIdea.objects.get(pk=idea_id).state)
