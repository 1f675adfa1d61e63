"""What other rooms are told of an article."""

from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.writer.selectors import (
    article_document_get,
    article_versions,
    head_keyword_uses,
    task_article_id,
)
from igny8_core.modules.writer.services import article_delete, article_edit
from igny8_core.modules.writer.tests.samples import article_make, task_make
from igny8_core.modules.writer.types import ArticleDocument
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


def test_task_tells_its_article_to_its_own_account(tenant: Tenant, stranger: Tenant) -> None:
    article, waiting = article_make(tenant), task_make(tenant)
    with tenant.work():
        assert task_article_id(article.task_id) == article.pk
        assert task_article_id(waiting.pk) is None
    with stranger.work():
        assert task_article_id(article.task_id) is None


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
