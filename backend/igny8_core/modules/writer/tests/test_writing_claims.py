"""One writer at a time: the second is refused, a killed one is succeeded, one that was succeeded does no harm."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.errors import ArticleUnfit, TaskBusy
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.modules.writer.services import article_delete, task_fail
from igny8_core.modules.writer.tests.asserts import (
    assert_failed,
    assert_resumable,
    assert_sold_once,
    write,
)
from igny8_core.modules.writer.tests.fake_model import Answer, FakeModel, good
from igny8_core.modules.writer.tests.samples import (
    CLEAN,
    FILTER,
    GRIND,
    REQUESTS,
    STEEP,
    WATER,
    task_get,
)
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("job_ids", [(None, None), (UUID(int=1), UUID(int=2))])
def test_second_writer_of_a_task_is_refused_while_the_first_is_at_work(
    tenant: Tenant, task: WritingTask, model: FakeModel, job_ids: tuple[UUID | None, UUID | None]
) -> None:
    found: list[DomainError] = []

    def intrude(number: int, prompt: str) -> Answer:
        if number == 3:
            try:
                write(tenant, task.pk, job_id=job_ids[1])
            except TaskBusy as error:
                found.append(error)
            finally:
                connections.close_all()
        return good(prompt)

    model.script = intrude
    write(tenant, task.pk, job_id=job_ids[0])
    assert [error.code for error in found] == ["task_busy"]
    assert len(model.prompts) == REQUESTS
    assert_sold_once(tenant)


@pytest.mark.parametrize("same_job", [True, False])
def test_two_writers_at_once_make_one_article_charged_once(
    tenant: Tenant, task: WritingTask, model: FakeModel, same_job: bool
) -> None:
    start, job_ids = threading.Barrier(2), [uuid4(), uuid4()]

    def one(number: int) -> Article | DomainError:
        try:
            start.wait(timeout=30)
            return write(tenant, task.pk, job_id=job_ids[0 if same_job else number])
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(one, range(2)))
    assert sum(isinstance(answer, Article) for answer in answers) >= 1
    assert all(isinstance(answer, Article | TaskBusy) for answer in answers)
    assert_sold_once(tenant)
    assert task_get(tenant, task.pk).state == TaskState.DONE


def test_writer_that_was_taken_over_writes_and_releases_nothing_more(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    job_id = uuid4()

    def take_over(number: int, prompt: str) -> Answer:
        if number == 3:  # the first run is in its second section; its lease is lost and the job comes back
            try:
                write(tenant, task.pk, job_id=job_id)
            finally:
                connections.close_all()
        return good(prompt)

    model.script = take_over
    with pytest.raises(TaskBusy):
        write(tenant, task.pk, job_id=job_id)
    assert model.points() == [GRIND, FILTER, STEEP, STEEP, WATER, CLEAN]
    assert_sold_once(tenant)


def test_claim_that_ran_out_is_free_for_anybody(tenant: Tenant, task: WritingTask, model: FakeModel) -> None:
    with tenant.work():
        WritingTask.objects.filter(pk=task.pk).update(
            state=TaskState.WRITING, claim_token=uuid4(), claimed_until=utc_now() - timedelta(seconds=1)
        )
    write(tenant, task.pk)
    assert_sold_once(tenant)


def test_task_failed_by_somebody_else_stops_its_writer(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    def fail(number: int, prompt: str) -> Answer:
        if number == 3:
            try:
                with tenant.work():
                    task_fail(task.pk, ArticleUnfit("Given up."))
            finally:
                connections.close_all()
        return good(prompt)

    model.script = fail
    with pytest.raises(TaskBusy):
        write(tenant, task.pk)
    assert len(model.prompts) == 3
    assert_failed(tenant, task, "article_unfit")


def test_task_of_a_deleted_article_is_gone(tenant: Tenant, task: WritingTask, model: FakeModel) -> None:
    article = write(tenant, task.pk)
    with tenant.work():
        article_delete(Article.objects.get(pk=article.pk))
    with pytest.raises(NotFound):
        write(tenant, task.pk)
    assert len(model.prompts) == REQUESTS


def test_stranger_cannot_write_the_task(
    tenant: Tenant, stranger: Tenant, task: WritingTask, model: FakeModel
) -> None:
    with pytest.raises(NotFound):
        write(stranger, task.pk)
    assert model.prompts == []
    assert_resumable(tenant, task, "")
