"""What other rooms are told of an article."""

from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.writer.selectors import article_document_get, task_article_id
from igny8_core.modules.writer.services import article_edit
from igny8_core.modules.writer.tests.samples import article_make, task_make
from igny8_core.modules.writer.types import ArticleDocument
from igny8_core.testing.factories import Tenant

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


def test_task_tells_its_article_to_its_own_account(tenant: Tenant, stranger: Tenant) -> None:
    article, waiting = article_make(tenant), task_make(tenant)
    with tenant.work():
        assert task_article_id(article.task_id) == article.pk
        assert task_article_id(waiting.pk) is None
    with stranger.work():
        assert task_article_id(article.task_id) is None
