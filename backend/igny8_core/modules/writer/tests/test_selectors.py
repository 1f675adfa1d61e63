"""What other rooms are told of an article."""

from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.writer.errors import ArticleUnfit
from igny8_core.modules.writer.models import WritingTask
from igny8_core.modules.writer.selectors import (
    article_document_get,
    article_versions,
    head_keyword_uses,
    revision_list,
    revision_texts,
    task_list,
    tasks_estimate,
    writer_counts,
)
from igny8_core.modules.writer.services import (
    article_approve,
    article_delete,
    article_edit,
    article_review_request,
    task_create,
    task_fail,
)
from igny8_core.modules.writer.tests.samples import GRANT, PRICE, article_make, credits_give, task_make
from igny8_core.modules.writer.types import ArticleDocument, TaskQuery
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def test_document_shows_the_article_as_it_is_now(tenant: Tenant) -> None:
    article = article_make(
        tenant,
        secondary_keywords=["a", "b"],
        tags=["c"],
        category="Coffee",
        meta_description="m",
        excerpt="e",
    )
    with tenant.work():
        edited = article_edit(article.pk, title="New")
        assert article_document_get(article.pk) == ArticleDocument(
            article_id=article.pk,
            site_id=tenant.site.pk,
            idea_id=article.idea_id,
            title="New",
            slug="french-press",
            html=article.html,
            excerpt="e",
            meta_description="m",
            head_keyword=article.head_keyword,
            secondary_keywords=("a", "b"),
            category="Coffee",
            tags=("c",),
            language="en",
            word_count=edited.word_count,
            author_name="",
            version=2,
            created_at=article.created_at,
            updated_at=edited.updated_at,
        )


def test_document_of_a_foreign_missing_or_deleted_article_is_not_found(
    tenant: Tenant, stranger: Tenant
) -> None:
    article = article_make(tenant)
    with stranger.work(), pytest.raises(NotFound):
        article_document_get(article.pk)
    with tenant.work():
        article.delete()
        for article_id in (article.pk, uuid4()):
            with pytest.raises(NotFound):
                article_document_get(article_id)


def test_uses_of_a_head_keyword_are_the_sites_other_articles(tenant: Tenant, stranger: Tenant) -> None:
    first = article_make(tenant, head_keyword="moka pot")
    article_make(tenant, head_keyword="Moka Pot")
    article_make(tenant, head_keyword="moka pots")
    article_make(stranger, head_keyword="moka pot")
    site_id, other_id = tenant.site.pk, site_make(tenant).pk
    with tenant.work():
        assert head_keyword_uses(site_id, "moka  pot") == 2
        assert head_keyword_uses(site_id, "moka pot", article_id=first.pk) == 1
        assert [head_keyword_uses(site_id, " "), head_keyword_uses(other_id, "moka pot")] == [0, 0]


def test_versions_are_those_of_the_sites_living_articles(tenant: Tenant, stranger: Tenant) -> None:
    first, second, gone = (article_make(tenant) for _ in range(3))
    article_make(stranger)
    with tenant.work():
        article_edit(second.pk, title="New")
        article_delete(gone)
        assert article_versions(tenant.site.pk) == [(first.pk, 1), (second.pk, 2)]


def test_task_list_shows_what_became_of_each(tenant: Tenant) -> None:
    article = article_make(tenant, title="The press", credits=5)
    task = task_make(tenant)
    with tenant.work():
        article_approve(article.pk, version=1)
        open_row, done_row = task_list(TaskQuery(site_id=tenant.site.pk)).rows
    assert (open_row.id, open_row.state, open_row.article_id, open_row.word_count) == (
        task.pk,
        "queued",
        None,
        None,
    )
    assert (done_row.title, done_row.state, done_row.article_id, done_row.credits) == (
        "The press",
        "done",
        article.pk,
        5,
    )
    assert (done_row.review_state, done_row.is_review_current) == ("approved", True)
    with tenant.work():
        article_edit(article.pk, title="The pot")
        assert not task_list(TaskQuery(site_id=tenant.site.pk, state="done")).rows[0].is_review_current


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"state": "queued"}, ["open"]),
        ({"review_state": "pending"}, ["done"]),
        ({"search": "PRESS POT"}, ["done"]),
        ({"search": "french press coffee"}, ["open", "done"]),
        ({"search": "nothing"}, []),
    ],
)
def test_task_list_is_narrowed(tenant: Tenant, narrowed: dict[str, str], found: list[str]) -> None:
    article = article_make(tenant)
    names = {article.task_id: "done", task_make(tenant).pk: "open"}
    with tenant.work():
        WritingTask.objects.filter(pk=article.task_id).update(title="Press pot")
        article_review_request(article.pk, reason="r")
        rows = task_list(TaskQuery(site_id=tenant.site.pk, **narrowed)).rows  # type: ignore[arg-type]  # all are texts
    assert [names[row.id] for row in rows] == found


def test_failed_task_counts_until_another_one_of_its_idea_is_made(tenant: Tenant) -> None:
    task = task_make(tenant)
    with tenant.work():
        task_fail(task.pk, ArticleUnfit())
        assert writer_counts(tenant.site.pk).tasks_failed == 1
        assert not task_list(TaskQuery(site_id=tenant.site.pk)).rows[0].is_replaced
        task_create(task.idea_id)
        assert writer_counts(tenant.site.pk).tasks_failed == 0
        assert [row.is_replaced for row in task_list(TaskQuery(site_id=tenant.site.pk)).rows] == [False, True]


def test_tasks_estimate_adds_up_and_knows_only_ones_own(tenant: Tenant, stranger: Tenant) -> None:
    credits_give(tenant)
    ids = [task_make(tenant).pk for _ in range(2)]
    with tenant.work():
        estimate = tasks_estimate(ids)
    assert (estimate.credits, estimate.available, estimate.is_enough) == (2 * PRICE, GRANT, True)
    with stranger.work(), pytest.raises(NotFound):
        tasks_estimate(ids)


def test_revisions_are_listed_without_and_read_with_their_text(tenant: Tenant, stranger: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        article_edit(article.pk, title="New", html="<p>Other words.</p>")
        page = revision_list(article.pk)
        texts = revision_texts(article.pk, [1, 2, 9])
    assert [(row.number, row.source, row.title) for row in page.rows] == [
        (2, "human", "New"),
        (1, "machine", article.title),
    ]
    assert sorted(texts) == [1, 2]
    assert texts[2].html == "<p>Other words.</p>"
    with stranger.work():
        assert revision_list(article.pk).rows == ()
        assert revision_texts(article.pk, [1]) == {}
