"""A worker killed with SIGKILL at any point: the next run buys no section twice and charges the article once."""

import os
import subprocess
import sys
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings

from igny8_core.modules.billing.models import CreditHold, LedgerEntry
from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.errors import ArticleUnfit, TaskBusy
from igny8_core.modules.writer.models import Article, ArticleRevision, ArticleSection, WritingTask
from igny8_core.modules.writer.services import article_write, task_give_up
from igny8_core.modules.writer.tests.fake_model import Answer, FakeModel, good
from igny8_core.modules.writer.tests.samples import (
    CLEAN,
    FILTER,
    GRANT,
    GRIND,
    PRICE,
    REFUSAL,
    REQUESTS,
    STEEP,
    WATER,
    credits_of,
    task_get,
)
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.worker import JobAbandoned
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

ALL = [GRIND, FILTER, STEEP, WATER, CLEAN]
WAIT_SECONDS = 120


def killed_at(point: str, tenant: Tenant, task: WritingTask, model: FakeModel, job_id: UUID) -> None:
    """Run the task in another process and kill it at the point."""
    process = subprocess.Popen(
        [sys.executable, "-m", "igny8_core.modules.writer.tests.crash_program", str(tenant.account.pk),
         str(tenant.owner.pk), str(task.pk), str(job_id), point],
        cwd=django_settings.BACKEND_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
            "LLM_BASE_URL": model.url,
            "LLM_MODEL": "fake",
            "LLM_API_KEY": "key",
        },
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "reached\n"
    finally:
        process.kill()
        process.communicate(timeout=WAIT_SECONDS)


def write(tenant: Tenant, task: WritingTask, job_id: UUID | None) -> Article:
    with tenant_scope(tenant.context):
        return article_write(task.pk, job_id=job_id, progress=lambda *_: None, checkpoint=lambda: None)


def assert_one_article_charged_once(tenant: Tenant, task: WritingTask) -> None:
    assert credits_of(tenant) == (GRANT - PRICE, 0)
    assert task_get(tenant, task.pk).state == TaskState.DONE
    with tenant.work():
        assert Article.objects.count() == ArticleRevision.objects.count() == 1
        captured = LedgerEntry.objects.filter(kind="capture").values_list("amount", flat=True)
        assert sorted(captured) == [1, 2, 2]


@pytest.mark.parametrize(
    ("point", "asked", "held", "asked_after"),
    [
        ("section 0", [], 0, ALL),
        ("section 1", [GRIND, FILTER], 2, [STEEP, WATER, CLEAN]),
        ("section 2", [GRIND, FILTER, STEEP, WATER], 4, [CLEAN]),
        ("last section", ALL, 5, []),
        ("charged", ALL, 5, []),
        ("stored", ALL, 0, []),
    ],
)
def test_killed_run_is_taken_up_where_it_stopped(
    tenant: Tenant,
    task: WritingTask,
    model: FakeModel,
    point: str,
    asked: list[str],
    held: int,
    asked_after: list[str],
) -> None:
    job_id = uuid4()
    killed_at(point, tenant, task, model, job_id)
    assert model.points() == asked
    balance = GRANT - PRICE if point == "stored" else GRANT
    assert credits_of(tenant) == (balance, held)
    with tenant.work():
        assert ArticleSection.objects.filter(is_written=True).count() == [0, 2, 4, 5].index(len(asked))
        assert Article.objects.count() == int(point == "stored")
    model.prompts.clear()

    write(tenant, task, job_id)
    assert model.points() == asked_after
    assert_one_article_charged_once(tenant, task)


def test_kill_between_two_requests_of_a_section_asks_for_that_section_again(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    job_id = uuid4()
    processes: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def remember(*args: object, **kwargs: object) -> subprocess.Popen[str]:
        processes.append(popen(*args, **kwargs))
        return processes[-1]

    def kill(number: int, prompt: str) -> Answer:
        if number == 4:  # the second request of the second section
            processes[0].kill()
        return good(prompt)

    model.script = kill
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(subprocess, "Popen", remember)
        with pytest.raises(AssertionError):
            killed_at("nowhere", tenant, task, model, job_id)
    assert model.points() == [GRIND, FILTER, STEEP, WATER]
    assert credits_of(tenant) == (GRANT, 4)
    model.prompts.clear()
    write(tenant, task, job_id)
    assert model.points() == [STEEP, WATER, CLEAN]
    assert_one_article_charged_once(tenant, task)


def test_kill_after_an_unfit_draft_begins_the_second_draft_only(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    job_id = uuid4()
    model.script = lambda number, prompt: Answer(text=REFUSAL)
    killed_at("unfit", tenant, task, model, job_id)
    assert len(model.prompts) == 2 * REQUESTS
    with pytest.raises(ArticleUnfit):
        write(tenant, task, job_id)
    assert len(model.prompts) == 4 * REQUESTS
    assert credits_of(tenant) == (GRANT, 0)
    assert task_get(tenant, task.pk).state == TaskState.FAILED


def test_other_job_waits_until_the_killed_ones_claim_has_run_out(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    killed_at("section 2", tenant, task, model, uuid4())
    for job_id in (None, uuid4()):
        with pytest.raises(TaskBusy):
            write(tenant, task, job_id)
    assert credits_of(tenant) == (GRANT, 4)
    with tenant.work():
        row = WritingTask.objects.get(pk=task.pk)
        WritingTask.objects.filter(pk=task.pk).update(claimed_until=row.created_at)
    write(tenant, task, uuid4())
    assert_one_article_charged_once(tenant, task)


def test_job_that_died_too_often_fails_its_task_and_gives_back_what_it_held(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    killed_at("section 2", tenant, task, model, uuid4())
    with tenant.work():
        task_give_up(task.pk, JobAbandoned())
    found = task_get(tenant, task.pk)
    assert (found.state, found.error_code, found.claim_token) == (TaskState.FAILED, "job_abandoned", None)
    assert credits_of(tenant) == (GRANT, 0)
    with tenant.work():
        assert not CreditHold.objects.filter(state="held").exists()
