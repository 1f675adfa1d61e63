"""Suggestions: to published pages alone, on words of the text, decided once, found again alike."""

from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.linker import selectors
from igny8_core.modules.linker.errors import LinkStateConflict
from igny8_core.modules.linker.services import (
    suggestion_accept,
    suggestion_reject,
    suggestions_decide,
    suggestions_start,
)
from igny8_core.modules.linker.tests.samples import (
    BREW,
    blog_make,
    inserted,
    post_make,
    state_of,
    suggest,
    suggested,
    suggestions,
)
from igny8_core.modules.linker.types import SuggestReport
from igny8_core.modules.writer.services import article_edit
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def test_words_that_name_published_pages_are_suggested(tenant: Tenant) -> None:
    blog = blog_make(tenant)
    draft = post_make(tenant, "Coffee for campers", BREW, is_published=False)
    assert suggest(tenant) == SuggestReport(articles=4, suggestions=7)
    assert suggested(tenant, blog["French press coffee"]) == [("suggested", "burr grinder")]
    assert suggested(tenant, blog["Burr grinder"]) == [("suggested", "French press coffee")]
    assert [anchor for _, anchor in suggested(tenant, draft)] == [
        "Cold brew coffee",
        "French press coffee",
        "burr grinder",
    ]
    assert draft.pk not in {row.target_id for row in suggestions(tenant)}
    with tenant.work():
        rows = selectors.suggestions_of(draft.pk)
    assert len(rows) == 3
    (brew,) = [row for row in rows if row.anchor == "Cold brew coffee"]
    assert (brew.sentence, brew.url) == (
        "Cold brew coffee steeps for a night.",
        "https://blog.test/cold-brew-coffee/",
    )
    assert set(brew.score_parts) == {"words", "meaning", "title", "phrase", "popularity", "anchor"}
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)


def test_second_run_changes_nothing(tenant: Tenant) -> None:
    blog_make(tenant)
    suggest(tenant)
    before = state_of(tenant)
    suggest(tenant)
    assert state_of(tenant) == before


def test_nothing_below_the_floor_is_suggested(tenant: Tenant) -> None:
    """A phrase alone is not enough: the articles must be about related things (data-machine #416)."""
    blog_make(tenant)
    words = "Tents, stoves, ropes, boots, maps, compasses, lanterns, hammocks, rivers, forests, summits, weather. "
    camping = post_make(tenant, "Camping gear", f"<p>{words * 3}</p><p>Bring a burr grinder.</p>")
    suggest(tenant, camping)
    assert suggested(tenant, camping) == []


def test_other_language_is_no_target(tenant: Tenant) -> None:
    blog = blog_make(tenant)
    with tenant.work():
        row = type(blog["Burr grinder"]).objects.get(pk=blog["Burr grinder"].pk)
        row.language = "de"
        row.save()
    suggest(tenant)
    assert suggested(tenant, blog["French press coffee"]) == []


def test_what_no_longer_holds_goes_and_what_was_decided_stays(tenant: Tenant) -> None:
    blog = blog_make(tenant)
    suggest(tenant)
    brew = blog["Cold brew coffee"]
    rows = {row.anchor: row for row in suggestions(tenant) if row.source_id == brew.pk}
    assert set(rows) == {"burr grinder", "French press coffee"}
    with tenant.work():
        suggestion_reject(rows["burr grinder"].pk)
        article_edit(
            brew.pk, html="<p>Cold brew coffee steeps for a night. Grind coarse with a burr grinder.</p>"
        )
    suggest(tenant)
    assert suggested(tenant, brew) == [("rejected", "burr grinder")]
    with tenant.work():
        assert suggestion_accept(rows["burr grinder"].pk).state == "accepted"


def test_deciding_many_is_all_or_nothing_and_on_record(tenant: Tenant, stranger: Tenant) -> None:
    blog_make(tenant)
    blog_make(stranger)
    suggest(tenant)
    suggest(stranger)
    ids, foreign = [row.pk for row in suggestions(tenant)], suggestions(stranger)[0].pk
    for bad in (foreign, uuid4()):
        with pytest.raises(NotFound), tenant.work():
            suggestions_decide([*ids, bad], is_accepted=True)
    assert {row.state for row in (*suggestions(tenant), *suggestions(stranger))} == {"suggested"}
    with tenant.work():
        assert suggestions_decide([*ids, *ids], is_accepted=True) == len(ids) == 4
        assert AuditEvent.objects.filter(action="link_suggestion.accepted").count() == 4
        assert suggestions_decide(ids, is_accepted=True) == 4  # again: nothing to do
        assert AuditEvent.objects.filter(action="link_suggestion.accepted").count() == 4


def test_inserted_link_is_neither_rejected_nor_suggested_again(tenant: Tenant) -> None:
    blog = blog_make(tenant)
    press = blog["French press coffee"]
    suggest(tenant, press)
    (row,) = suggestions(tenant)
    inserted(tenant, [row.pk])
    with pytest.raises(LinkStateConflict), tenant.work():
        suggestion_reject(row.pk)
    suggest(tenant, press)
    assert suggested(tenant, press) == [("inserted", "burr grinder")]


def test_job_is_made_for_own_sites_and_articles_alone(tenant: Tenant, stranger: Tenant) -> None:
    theirs = post_make(stranger, "Burr grinder", "<p>x</p>")
    with tenant.work():
        for site_id, article_id in ((stranger.site.pk, None), (tenant.site.pk, theirs.pk)):
            with pytest.raises(NotFound):
                suggestions_start(site_id=site_id, article_id=article_id)
        job = suggestions_start(site_id=tenant.site.pk)
        assert suggestions_start(site_id=tenant.site.pk).pk == job.pk
