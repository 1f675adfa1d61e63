"""Tasks are made once and fail clearly; edits keep every version and let nothing unsafe in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.billing.errors import InsufficientCredits
from igny8_core.modules.billing.services import credits_grant, credits_hold
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.planner.services import idea_reject
from igny8_core.modules.writer.constants import RevisionSource, TaskState
from igny8_core.modules.writer.errors import (
    ArticleChanged,
    ArticleEmpty,
    ArticleUnfit,
    TaskBusy,
    TaskExists,
    TaskStateConflict,
)
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask
from igny8_core.modules.writer.services import (
    article_delete,
    article_edit,
    article_recover,
    article_remove,
    article_restore,
    article_revision_restore,
    task_create,
    task_fail,
    task_give_up,
    task_write_start,
    tasks_write_start,
)
from igny8_core.modules.writer.services.tasks import task_transition
from igny8_core.modules.writer.tests.samples import (
    PRICE,
    article_make,
    credits_give,
    idea_make,
    idea_state,
    task_get,
    task_make,
)
from igny8_core.tenancy.errors import DeletedRowCollision
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

MOVES = {
    ("queued", "writing"), ("queued", "failed"),
    ("writing", "queued"), ("writing", "done"), ("writing", "failed"),
}  # fmt: skip


@pytest.mark.parametrize("before", TaskState)
@pytest.mark.parametrize("after", TaskState)
def test_task_moves_along_its_states_only(before: TaskState, after: TaskState) -> None:
    task = WritingTask(state=before)
    if (before.value, after.value) in MOVES:
        task_transition(task, after)
        assert task.state == after
        return
    with pytest.raises(TaskStateConflict):
        task_transition(task, after)
    assert task.state == before


def test_task_is_made_of_the_brief_and_marks_the_idea(tenant: Tenant) -> None:
    idea = idea_make(tenant)
    with tenant.work():
        task = task_create(idea.pk)
    assert (task.site_id, task.sector_id, task.idea_id) == (tenant.site.pk, tenant.sector.pk, idea.pk)
    assert (task.title, task.head_keyword, task.state) == (idea.title, idea.head_keyword, TaskState.QUEUED)
    assert idea_state(tenant, idea.pk) == "queued"


def test_task_is_given_again(tenant: Tenant) -> None:
    idea = idea_make(tenant)
    with tenant.work():
        assert task_create(idea.pk).pk == task_create(idea.pk).pk
        assert WritingTask.objects.count() == 1


def test_second_idea_of_a_head_keyword_gets_no_task(tenant: Tenant) -> None:
    first = task_make(tenant)
    other = idea_make(tenant)
    with tenant.work():
        WritingTask.objects.filter(pk=first.pk).update(head_keyword=other.head_keyword)
        with pytest.raises(TaskExists):
            task_create(other.pk)
        assert WritingTask.objects.count() == 1
    assert idea_state(tenant, other.pk) == "accepted"


def test_task_of_a_rejected_missing_or_foreign_idea_is_refused(tenant: Tenant, stranger: Tenant) -> None:
    idea, foreign = idea_make(tenant), idea_make(stranger)
    with tenant.work():
        idea_reject(idea.pk)
        with pytest.raises(DomainError) as caught:
            task_create(idea.pk)
        assert caught.value.code == "idea_state_conflict"
        for idea_id in (uuid4(), foreign.pk):
            with pytest.raises(NotFound):
                task_create(idea_id)
        assert WritingTask.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_task_made_by_many_at_once_is_one_task(tenant: Tenant) -> None:
    idea, start = idea_make(tenant), threading.Barrier(4)

    def one(_: int) -> WritingTask:
        try:
            start.wait(timeout=30)
            with tenant.work():
                return task_create(idea.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(one, range(4)))
    assert len({task.pk for task in made}) == 1


def test_failed_task_frees_its_idea_and_keyword(tenant: Tenant) -> None:
    task = task_make(tenant)
    with tenant.work():
        task_fail(task.pk, ArticleUnfit("Too short."))
    failed = task_get(tenant, task.pk)
    assert (failed.state, failed.error_code, failed.error_message) == (
        "failed", "article_unfit", "Too short."
    )  # fmt: skip
    assert idea_state(tenant, task.idea_id) == "failed"
    with tenant.work():
        again = task_create(task.idea_id)
    assert again.pk != task.pk
    assert idea_state(tenant, task.idea_id) == "queued"


@pytest.mark.parametrize("state", [TaskState.DONE, TaskState.FAILED])
def test_finished_task_does_not_fail(tenant: Tenant, state: TaskState) -> None:
    task = task_make(tenant)
    with tenant.work():
        WritingTask.objects.filter(pk=task.pk).update(state=state)
        task_fail(task.pk, ArticleUnfit())
        task_fail(uuid4(), ArticleUnfit())
    assert (task_get(tenant, task.pk).state, task_get(tenant, task.pk).error_code) == (state, "")
    assert idea_state(tenant, task.idea_id) == "queued"


def test_task_fails_although_its_idea_is_gone(tenant: Tenant) -> None:
    task = task_make(tenant)
    with tenant.work():
        ContentIdea.objects.get(pk=task.idea_id).delete()
        task_fail(task.pk, ArticleUnfit())
    assert task_get(tenant, task.pk).state == TaskState.FAILED


@pytest.mark.parametrize("error", [TaskBusy(), InsufficientCredits(needed=2, available=1)])
def test_task_that_can_go_on_is_not_given_up(tenant: Tenant, error: DomainError) -> None:
    task = task_make(tenant)
    with tenant.work():
        task_give_up(task.pk, error)
    assert task_get(tenant, task.pk).state == TaskState.QUEUED


def test_write_start_gives_one_job_and_refuses_a_finished_task(tenant: Tenant, task: WritingTask) -> None:
    with tenant.work():
        job = task_write_start(task)
        assert task_write_start(task).pk == job.pk
        assert (job.kind, job.payload, job.site_id) == (
            "writer.write_article", {"task_id": str(task.pk)}, task.site_id
        )  # fmt: skip
        for state in (TaskState.DONE, TaskState.FAILED):
            task.state = state
            with pytest.raises(TaskStateConflict):
                task_write_start(task)
        assert Job.objects.count() == 1


def test_edit_sanitises_counts_and_keeps_the_version(tenant: Tenant) -> None:
    article = article_make(tenant)
    html = '<h2>Grind</h2><p onclick="x()">Use a <b>coarse</b> grind.</p><script>alert(1)</script>'
    with tenant.work():
        edited = article_edit(article.pk, title="Grinding", html=html)
        assert edited.html == "<h2>Grind</h2><p>Use a <b>coarse</b> grind.</p>"
        assert (edited.title, edited.word_count, edited.is_human_edited) == ("Grinding", 5, True)
        assert edited.version == article.version + 1
        first, second = ArticleRevision.objects.order_by("number")
        assert (first.number, first.source, first.html) == (1, RevisionSource.MACHINE, article.html)
        assert (second.number, second.source, second.html) == (2, RevisionSource.HUMAN, edited.html)
        assert second.actor_id == tenant.owner.pk
        event = AuditEvent.objects.get(action="article.edited")
        assert (event.object_id, event.detail) == (str(article.pk), {"revision": 2})


def test_edit_that_changes_nothing_makes_no_version(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        same = article_edit(article.pk, title=article.title, html=article.html)
        assert (same.version, same.is_human_edited) == (article.version, False)
        assert article_edit(article.pk).version == article.version
        assert ArticleRevision.objects.count() == 1


@pytest.mark.parametrize("html", ["<script>alert(1)</script>", "<p> </p>", '<img src="a.png">'])
def test_edit_that_leaves_no_text_is_refused(tenant: Tenant, html: str) -> None:
    article = article_make(tenant)
    with tenant.work():
        with pytest.raises(ArticleEmpty):
            article_edit(article.pk, html=html)
        found = Article.objects.get(pk=article.pk)
        assert (found.html, found.version) == (article.html, article.version)
        assert ArticleRevision.objects.count() == 1


def test_edit_changes_nothing_but_the_text(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work(), pytest.raises(TypeError, match="credits, task_id"):
        article_edit(article.pk, credits=0, task_id=uuid4())


def test_revision_is_restored_as_a_new_one(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        article_edit(article.pk, title="Second", excerpt="New.")
        restored = article_revision_restore(article.pk, number=1)
        assert (restored.title, restored.excerpt, restored.html) == (article.title, "", article.html)
        told = list(ArticleRevision.objects.order_by("number").values_list("number", "source", "title"))
        assert told == [
            (1, "machine", article.title), (2, "human", "Second"), (3, "human", article.title)
        ]  # fmt: skip
        for number in (0, 4):
            with pytest.raises(NotFound):
                article_revision_restore(article.pk, number=number)


def test_stranger_edits_and_restores_nothing(tenant: Tenant, stranger: Tenant) -> None:
    article = article_make(tenant)
    with stranger.work():
        for call in (
            lambda: article_edit(article.pk, title="Mine"),
            lambda: article_revision_restore(article.pk, number=1),
        ):
            with pytest.raises(NotFound):
                call()
    with tenant.work():
        assert Article.objects.get().title == article.title


@pytest.mark.django_db(transaction=True)
def test_edits_at_once_are_numbered_without_a_gap(tenant: Tenant) -> None:
    article, start = article_make(tenant), threading.Barrier(4)

    def one(number: int) -> None:
        try:
            start.wait(timeout=30)
            with tenant.work():
                article_edit(article.pk, title=f"Title {number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    with tenant.work():
        numbers = ArticleRevision.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == [1, 2, 3, 4, 5]
        assert Article.objects.get().version == article.version + 4


def test_deleted_article_frees_its_keyword_and_comes_back_with_its_task(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        article_delete(Article.objects.get(pk=article.pk))
        for model in (Article, ArticleRevision, WritingTask):
            assert model.objects.count() == 0
        article_restore(Article, article.pk)
        for model in (Article, ArticleRevision, WritingTask):
            assert model.objects.count() == 1


def test_article_is_not_restored_beside_its_successor(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        article_delete(Article.objects.get(pk=article.pk))
        task_create(article.idea_id)
        with pytest.raises(DeletedRowCollision):
            article_restore(Article, article.pk)
        assert Article.objects.count() == 0


def test_edit_of_another_version_than_was_read_changes_nothing(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        article_edit(article.pk, expected_version=1, title="First")
        with pytest.raises(ArticleChanged):
            article_edit(article.pk, expected_version=1, title="Late")
        row = Article.objects.get()
        assert (row.title, row.version, ArticleRevision.objects.count()) == ("First", 2, 2)


def test_article_is_removed_and_recovered_by_its_id(tenant: Tenant, stranger: Tenant) -> None:
    article = article_make(tenant)
    with stranger.work():
        for call in (article_remove, article_recover):
            with pytest.raises(NotFound):
                call(article.pk)
    with tenant.work():
        article_remove(article.pk)
        assert (Article.objects.count(), WritingTask.objects.count()) == (0, 0)
        assert article_recover(article.pk).pk == article.pk
        assert (Article.objects.count(), WritingTask.objects.count()) == (1, 1)


def test_write_start_needs_the_credits_unless_the_job_is_there(tenant: Tenant) -> None:
    task = task_make(tenant)
    credits_give(tenant, PRICE - 1)
    with tenant.work():
        with pytest.raises(InsufficientCredits, match=r"^This needs 5 credits; 4 are available\.$"):
            task_write_start(task)
        assert not Job.objects.exists()
        credits_grant(1, reason="for a test", idempotency_key="last")
        job = task_write_start(task)
        credits_hold(PRICE, operation="writer.section", idempotency_key="as the worker does")
        assert task_write_start(task).pk == job.pk


def test_tasks_are_started_when_all_can_be_paid(tenant: Tenant) -> None:
    waiting, failed = task_make(tenant), task_make(tenant)
    credits_give(tenant, 2 * PRICE - 1)
    with tenant.work():
        task_fail(failed.pk, ArticleUnfit())
        with pytest.raises(InsufficientCredits, match=r"^This needs 10 credits; 9 are available\.$"):
            tasks_write_start([waiting.pk, failed.pk])
        assert not Job.objects.exists()
        assert WritingTask.objects.count() == 2
        assert tasks_write_start([waiting.pk]) == 1


def test_tasks_are_started_together_and_failed_ones_anew(tenant: Tenant) -> None:
    waiting, failed = task_make(tenant), task_make(tenant)
    credits_give(tenant, 2 * PRICE)
    with tenant.work():
        task_fail(failed.pk, ArticleUnfit())
        for _ in range(2):  # asked again, the same jobs are at work
            assert tasks_write_start([waiting.pk, failed.pk]) == 2
        fresh = WritingTask.objects.get(idea_id=failed.idea_id, state=TaskState.QUEUED)
        payloads = {job.payload["task_id"] for job in Job.objects.all()}
        assert payloads == {str(waiting.pk), str(fresh.pk)}
        assert Job.objects.count() == 2


def test_tasks_are_started_all_or_none(tenant: Tenant, stranger: Tenant) -> None:
    waiting, done, foreign = task_make(tenant), article_make(tenant), task_make(stranger)
    with tenant.work():
        for other, refusal in ((done.task_id, TaskStateConflict), (foreign.pk, NotFound)):
            with pytest.raises(refusal):
                tasks_write_start([waiting.pk, other])
            assert not Job.objects.exists()
