"""What the database itself refuses of tasks, sections, articles and revisions."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.writer.constants import RevisionSource, TaskState
from igny8_core.modules.writer.models import Article, ArticleRevision, ArticleSection, WritingTask
from igny8_core.modules.writer.tests.samples import article_make, idea_make, task_make
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def task_row(idea: ContentIdea, **fields: object) -> WritingTask:
    values = {
        "site_id": idea.site_id, "idea_id": idea.pk, "title": idea.title, "head_keyword": idea.head_keyword
    }  # fmt: skip
    return WritingTask(**{**values, **fields})


def save_fails(row: WritingTask | ArticleSection | Article | ArticleRevision, constraint: str) -> bool:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save()
    return True


def test_idea_has_one_task_that_has_not_failed(tenant: Tenant) -> None:
    idea = idea_make(tenant)
    with tenant.work():
        task_row(idea, state=TaskState.FAILED).save()
        task_row(idea).save()
        assert save_fails(task_row(idea, head_keyword="another"), "writer_task_per_idea")


def test_site_writes_once_for_a_head_keyword(tenant: Tenant) -> None:
    first, second = idea_make(tenant), idea_make(tenant)
    with tenant.work():
        task_row(first, head_keyword="same", state=TaskState.DONE).save()
        assert save_fails(task_row(second, head_keyword="same"), "writer_task_per_query")


def test_section_is_stored_once_for_a_draft(tenant: Tenant) -> None:
    task = task_make(tenant)
    values = {"site_id": task.site_id, "task_id": task.pk, "position": 0, "heading": "x" * 500}
    with tenant.work():
        ArticleSection.objects.create(**values, draft_number=1)
        ArticleSection.objects.create(**values, draft_number=2)
        assert save_fails(ArticleSection(**values, draft_number=2), "writer_section_once")


def test_task_has_one_article_and_an_article_one_revision_of_a_number(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        other = Article(
            site_id=article.site_id, task_id=article.task_id, idea_id=article.idea_id, title="t", slug="s",
            html="<p>x</p>", head_keyword="k",
        )  # fmt: skip
        assert save_fails(other, "writer_article_per_task")
        again = ArticleRevision(
            site_id=article.site_id, article=article, number=1, source=RevisionSource.HUMAN, title="t",
            slug="s", html="<p>x</p>",
        )  # fmt: skip
        assert save_fails(again, "writer_revision_once")


def test_task_of_a_foreign_or_missing_idea_or_another_site_is_refused(
    tenant: Tenant, stranger: Tenant
) -> None:
    foreign, own = idea_make(stranger), idea_make(tenant)
    elsewhere = site_make(tenant)
    with tenant.work():
        for row in (
            task_row(foreign, site_id=tenant.site.pk),
            task_row(own, idea_id=uuid4()),
            task_row(own, site_id=elsewhere.pk),
        ):
            with pytest.raises(TenantMismatch), transaction.atomic():
                row.save()
        assert WritingTask.objects.count() == 0


def test_strangers_see_no_row(tenant: Tenant, stranger: Tenant) -> None:
    article_make(tenant)
    with stranger.work():
        for model in (WritingTask, ArticleSection, Article, ArticleRevision):
            assert model.objects.count() == 0
