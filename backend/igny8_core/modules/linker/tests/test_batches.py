"""Batches: put in once, one revision per article, taken out to the byte, and nobody's edit is lost."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.linker import selectors
from igny8_core.modules.linker.errors import LinkSiteConflict, LinksNone, LinkStateConflict
from igny8_core.modules.linker.models import LinkSuggestion
from igny8_core.modules.linker.services import (
    batch_create,
    batch_fail,
    batch_insert,
    batch_undo_start,
    links_preview,
)
from igny8_core.modules.linker.tests.samples import (
    GRINDER,
    PRESS,
    blog_make,
    html_of,
    inserted,
    post_make,
    revisions,
    state_of,
    suggest,
    suggested,
    suggestions,
    undone,
)
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.tests.samples import article_make
from igny8_core.modules.writer.models import Article
from igny8_core.modules.writer.services import article_edit
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.tenancy.worker import JobAbandoned
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

LINKED_PRESS = PRESS.replace(
    "from a burr grinder", 'from a <a href="https://blog.test/burr-grinder/" rel="noopener">burr grinder</a>'
)
LINKED_GRINDER = GRINDER.replace(
    "French press coffee",
    '<a href="https://blog.test/french-press-coffee/" rel="noopener">French press coffee</a>',
)


@pytest.fixture
def blog(tenant: Tenant) -> dict[str, Article]:
    """Three articles with their suggestions."""
    made = blog_make(tenant)
    suggest(tenant)
    return made


def ids_of(tenant: Tenant, *sources: Article) -> list[Any]:
    wanted = {source.pk for source in sources}
    return [row.pk for row in suggestions(tenant) if row.source_id in wanted]


def article_states(tenant: Tenant, batch_id: Any) -> dict[str, tuple[Any, ...]]:
    with tenant.work():
        return {
            one.title: (one.outcome, one.before, one.after, one.undone, one.is_published_older)
            for one in selectors.batch_articles(batch_id)
        }


def test_links_stand_where_the_words_stood(tenant: Tenant, blog: dict[str, Article]) -> None:
    press, grinder = blog["French press coffee"], blog["Burr grinder"]
    batch = inserted(tenant, ids_of(tenant, press, grinder))
    assert (batch.state, batch.wanted_count, batch.inserted_count, batch.refused_count) == (
        "inserted",
        2,
        2,
        0,
    )
    assert html_of(tenant, press) == LINKED_PRESS
    assert html_of(tenant, grinder) == LINKED_GRINDER
    assert revisions(tenant, press) == ["machine", "links"]
    assert suggested(tenant, press) == [("inserted", "burr grinder")]
    assert article_states(tenant, batch.pk) == {
        "French press coffee": ("inserted", 1, 2, None, True),  # what is published is older now
        "Burr grinder": ("inserted", 1, 2, None, True),
    }
    with tenant.work():
        assert not Article.objects.filter(is_human_edited=True).exists()
        assert Publication.objects.filter(article_version=1).count() == 3  # nothing was published again
        kinds = set(Job.objects.values_list("kind", flat=True))
    assert kinds == {"linker.insert_batch", "linker.scan_site"}


def test_dry_run_shows_what_would_be_inserted_and_changes_nothing(
    tenant: Tenant, blog: dict[str, Article]
) -> None:
    press, before = blog["French press coffee"], state_of(tenant)
    ids = ids_of(tenant, press)
    with tenant.work():
        (preview,) = links_preview(ids)
    assert state_of(tenant) == before
    (change,) = preview.changes
    assert change.before == "A coarse grind from a burr grinder suits the press."
    assert change.after == (
        "A coarse grind from a [burr grinder](https://blog.test/burr-grinder/) suits the press."
    )
    assert (preview.article_id, preview.refused) == (press.pk, ())
    lines = [line for line in preview.diff.splitlines() if line[:1] in "+-"]
    assert lines[:2] == ["--- before", "+++ after"]
    assert [line[1:] for line in lines[2:]] == [PRESS.split("</h2>")[1], LINKED_PRESS.split("</h2>")[1]]


def test_undo_restores_every_byte(tenant: Tenant, blog: dict[str, Article]) -> None:
    press, grinder = blog["French press coffee"], blog["Burr grinder"]
    batch = undone(tenant, inserted(tenant, ids_of(tenant, press, grinder)))
    assert (batch.state, batch.reverted_count) == ("undone", 2)
    assert (html_of(tenant, press), html_of(tenant, grinder)) == (PRESS, GRINDER)
    assert revisions(tenant, press) == ["machine", "links", "links"]
    assert suggested(tenant, press) == [("reverted", "burr grinder")]
    assert article_states(tenant, batch.pk)["Burr grinder"] == ("restored", 1, 2, 3, True)
    suggest(tenant)
    assert suggested(tenant, press) == [("reverted", "burr grinder")]  # not suggested again
    before = state_of(tenant)
    with pytest.raises(LinkStateConflict):
        undone(tenant, batch)
    assert state_of(tenant) == before


def test_undo_keeps_what_a_person_edited_meanwhile(tenant: Tenant, blog: dict[str, Article]) -> None:
    press, grinder, brew = blog.values()
    batch = inserted(tenant, ids_of(tenant, press, grinder, brew))
    assert batch.inserted_count == 3
    edited_press = LINKED_PRESS.replace("four minutes", "five minutes")
    edited_grinder = LINKED_GRINDER.replace("French press coffee</a>", "French press</a>")
    with tenant.work():
        article_edit(press.pk, html=edited_press)
        article_edit(grinder.pk, html=edited_grinder)
        article_edit(brew.pk, html="<p>Written anew.</p>")
    batch = undone(tenant, batch)
    assert (batch.state, batch.reverted_count) == ("undone", 1)
    assert html_of(tenant, press) == PRESS.replace("four minutes", "five minutes")
    assert html_of(tenant, grinder) == edited_grinder
    assert html_of(tenant, brew) == "<p>Written anew.</p>"
    outcomes = {title: row[0] for title, row in article_states(tenant, batch.pk).items()}
    assert outcomes == {
        "French press coffee": "removed",
        "Burr grinder": "kept",
        "Cold brew coffee": "kept",
    }
    (kept,) = [row for row in suggestions(tenant) if row.source_id == grinder.pk]
    assert (kept.state, kept.problem) == ("inserted", "edited")


def test_second_insertion_changes_nothing(tenant: Tenant, blog: dict[str, Article]) -> None:
    ids = ids_of(tenant, blog["French press coffee"])
    batch = inserted(tenant, ids)
    before = state_of(tenant)
    with pytest.raises(LinkStateConflict):
        inserted(tenant, ids)
    with tenant_scope(tenant.context):
        batch_insert(batch.pk, progress=lambda *_: None)
    assert state_of(tenant) == before


def test_link_that_cannot_be_placed_is_refused_with_its_reason(
    tenant: Tenant, blog: dict[str, Article]
) -> None:
    press, grinder, brew = blog.values()
    ids = ids_of(tenant, press, grinder, brew)  # the cold brew article has room for one of its two
    with tenant.work():
        article_edit(press.pk, html="<p>The words are gone.</p>")
        Publication.objects.get(article=press).delete()
        previewed = {r.reason for one in links_preview(ids) for r in one.refused}
    assert previewed == {"gone", "address"}
    batch = inserted(tenant, ids)
    assert (batch.state, batch.inserted_count, batch.refused_count) == ("inserted", 1, 3)
    assert html_of(tenant, press) == "<p>The words are gone.</p>"
    assert html_of(tenant, grinder) == GRINDER
    left = {
        (row.source_id, row.anchor): (row.state, row.problem, row.batch_id) for row in suggestions(tenant)
    }
    assert left[press.pk, "burr grinder"] == ("accepted", "gone", None)
    assert left[grinder.pk, "French press coffee"] == ("accepted", "address", None)
    assert left[brew.pk, "French press coffee"] == ("accepted", "address", None)
    assert article_states(tenant, batch.pk)["Burr grinder"][:4] == ("unchanged", None, None, None)


def test_batch_is_of_own_rows(tenant: Tenant, stranger: Tenant, blog: dict[str, Article]) -> None:
    blog_make(stranger)
    suggest(stranger)
    mine, foreign = ids_of(tenant, *blog.values()), suggestions(stranger)[0].pk
    before = state_of(tenant)
    for bad in (foreign, uuid4()):
        with tenant.work():
            for service in (batch_create, links_preview):
                with pytest.raises(NotFound):
                    service([*mine, bad])
    with tenant.work(), pytest.raises(LinksNone):
        batch_create([])
    assert state_of(tenant) == before
    assert state_of(stranger)[1] == []


def test_batch_of_two_sites_is_refused(tenant: Tenant, blog: dict[str, Article]) -> None:
    mine, other = ids_of(tenant, *blog.values()), site_make(tenant)
    with tenant.work():
        ends = [article_make(tenant, site=other) for _ in range(2)]
        elsewhere = LinkSuggestion.objects.create(
            site=other, source=ends[0], target=ends[1], url="https://other.test/", anchor="a", sentence="a"
        )
    before = state_of(tenant)
    with tenant.work(), pytest.raises(LinkSiteConflict):
        batch_create([*mine, elsewhere.pk])
    assert state_of(tenant) == before


def test_two_batches_cannot_hold_one_link(tenant: Tenant, blog: dict[str, Article]) -> None:
    ids = ids_of(tenant, blog["French press coffee"])
    with tenant.work():
        batch_create(ids)
    with tenant.work(), pytest.raises(LinkStateConflict):
        batch_create(ids)


def test_job_inserts_and_undoes(tenant: Tenant, blog: dict[str, Article]) -> None:
    press = blog["French press coffee"]
    with tenant.work():
        batch, job = batch_create(ids_of(tenant, press))
    assert job_run(job).state == "succeeded"
    assert html_of(tenant, press) == LINKED_PRESS
    with tenant.work():
        undo = batch_undo_start(batch.pk)
        assert AuditEvent.objects.filter(action__startswith="link_batch.").count() == 2
    assert job_run(undo).state == "succeeded"
    assert html_of(tenant, press) == PRESS


def test_batch_that_was_given_up_frees_its_links_and_can_be_undone(
    tenant: Tenant, blog: dict[str, Article]
) -> None:
    ids = ids_of(tenant, blog["French press coffee"])
    with tenant.work():
        batch, _ = batch_create(ids)
    with tenant.work():
        batch_fail(batch.pk, JobAbandoned())
        view = selectors.batch_get(batch.pk)
    assert (view.state, view.error_code) == ("failed", "job_abandoned")
    assert [(row.state, row.batch_id) for row in suggestions(tenant) if row.pk in ids] == [("accepted", None)]
    assert undone(tenant, batch).state == "undone"
    assert inserted(tenant, ids).inserted_count == 1


def test_batch_whose_job_was_cancelled_ends_by_undoing_it(tenant: Tenant, blog: dict[str, Article]) -> None:
    ids = ids_of(tenant, blog["French press coffee"])
    with tenant.work():
        batch, _ = batch_create(ids)
    assert undone(tenant, batch).state == "undone"
    assert html_of(tenant, blog["French press coffee"]) == PRESS
    assert inserted(tenant, ids).inserted_count == 1


def test_unpublished_article_is_linked_too(tenant: Tenant, blog: dict[str, Article]) -> None:
    draft = post_make(tenant, "Coffee for campers", GRINDER, is_published=False)
    suggest(tenant, draft)
    batch = inserted(tenant, ids_of(tenant, draft))
    assert article_states(tenant, batch.pk)["Coffee for campers"] == ("inserted", 1, 2, None, False)
