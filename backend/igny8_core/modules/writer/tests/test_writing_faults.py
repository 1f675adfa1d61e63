"""Every fault of model, account and code: a task that can go on or has clearly failed, and no credit lost."""

from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from igny8_core.ai import errors
from igny8_core.common.errors import NotFound
from igny8_core.modules.billing.errors import InsufficientCredits
from igny8_core.modules.billing.services import credits_adjust, credits_grant
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.drafting.prompts import PromptPlaceholderUnknown
from igny8_core.modules.writer.errors import ArticleUnfit, TaskStateConflict
from igny8_core.modules.writer.models import ArticleSection, WritingTask
from igny8_core.modules.writer.services import writing
from igny8_core.modules.writer.tests.asserts import (
    assert_failed,
    assert_nothing_sold,
    assert_resumable,
    assert_sold_once,
    write,
)
from igny8_core.modules.writer.tests.fake_model import Answer, FakeModel, failing, good
from igny8_core.modules.writer.tests.samples import (
    CLEAN,
    FILTER,
    GRIND,
    REFUSAL,
    REQUESTS,
    STEEP,
    WATER,
    credits_give,
    credits_of,
    task_get,
    task_make,
)
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

GERMAN = (
    "Eine Mühle mit Mahlwerk zerkleinert die Bohnen zwischen zwei Scheiben, und der Abstand der Scheiben bestimmt, wie "
    "fein der Kaffee wird. Sie kostet mehr als eine einfache Mühle, aber man kann die Einstellung wiederholen."
)


class Stopped(Exception):
    """What a cancelled job raises at its checkpoint."""


@pytest.mark.parametrize(
    ("answer", "error", "requests"),
    [
        (failing(500), errors.ModelServerFailed, 3),
        (failing(503), errors.ModelServerFailed, 3),
        (failing(429, retry_after="0"), errors.ModelRateLimited, 3),
        (failing(429, retry_after="600"), errors.ModelRateLimited, 1),
        (Answer(text=""), errors.ModelOutputEmpty, 3),
        (Answer(text="  \n "), errors.ModelOutputEmpty, 3),
        (Answer(text="cut", is_cut=True), errors.ModelAnswerBroken, 3),
        (Answer(body=b"<html>Bad gateway</html>"), errors.ModelAnswerBroken, 3),
        (Answer(body=b'{"choices": []}'), errors.ModelAnswerBroken, 3),
    ],
)
@pytest.mark.parametrize("failing_from", [1, 4])
def test_fault_that_may_pass_leaves_the_task_able_to_go_on(
    tenant: Tenant,
    task: WritingTask,
    model: FakeModel,
    answer: Answer,
    error: type[errors.ModelError],
    requests: int,
    failing_from: int,
) -> None:
    model.script = lambda number, prompt: answer if number >= failing_from else good(prompt)
    with pytest.raises(error):
        write(tenant, task.pk)
    assert len(model.prompts) == failing_from - 1 + requests
    assert_resumable(tenant, task, error.code)
    stored = 0 if failing_from == 1 else 1
    with tenant.work():
        assert ArticleSection.objects.filter(is_written=True).count() == stored
        assert not ArticleSection.objects.filter(hold_id__isnull=False).exists()

    model.prompts.clear()
    model.script = lambda number, prompt: good(prompt)
    write(tenant, task.pk)
    assert model.points() == ([STEEP, WATER, CLEAN] if stored else [GRIND, FILTER, STEEP, WATER, CLEAN])
    assert_sold_once(tenant)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failing(400), errors.ModelBadRequest),
        (failing(400, code="context_length_exceeded"), errors.ModelContextOverflow),
        (failing(401), errors.ModelAuthenticationFailed),
        (failing(404), errors.ModelNotFound),
        (failing(429, code="insufficient_quota"), errors.ModelQuotaExhausted),
        (Answer(refusal="I will not."), errors.ModelRefused),
        (Answer(text="", finish_reason="content_filter"), errors.ModelRefused),
    ],
)
def test_final_fault_fails_the_task_and_charges_nothing(
    tenant: Tenant, task: WritingTask, model: FakeModel, answer: Answer, error: type[errors.ModelError]
) -> None:
    model.script = lambda number, prompt: answer if number == 4 else good(prompt)
    with pytest.raises(error):
        write(tenant, task.pk)
    assert len(model.prompts) == 4
    assert_failed(tenant, task, error.code)
    with pytest.raises(TaskStateConflict):
        write(tenant, task.pk)
    assert len(model.prompts) == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (REFUSAL, "The model spoke of itself or refused"),
        ("Error: the upstream server answered nothing for this request.", "an error message"),
        ("Internal Server Error happened while the answer was made today.", "an error message"),
        ('{"title": "French press", "paragraph": 3}', "no text under it"),
        ("�" * 40, "no text under it"),
        ("Buy the press of [insert brand here] in our shop today.", "placeholder was left"),
        (GERMAN, "written in “de”"),
        ("Coarse grounds stay behind.", "less than half"),
    ],
)
def test_unfit_text_is_written_once_more_and_then_fails_the_task(
    tenant: Tenant, task: WritingTask, model: FakeModel, text: str, reason: str
) -> None:
    model.script = lambda number, prompt: Answer(text=text)
    with pytest.raises(ArticleUnfit, match=reason):
        write(tenant, task.pk)
    # two drafts, each of whose sections is asked for and rewritten once
    assert len(model.prompts) == 2 * 2 * REQUESTS
    assert_failed(tenant, task, "article_unfit")
    assert reason in task_get(tenant, task.pk).error_message


def test_account_without_credits_is_told_before_anything_is_asked(tenant: Tenant, model: FakeModel) -> None:
    task = task_make(tenant)
    with pytest.raises(InsufficientCredits):
        write(tenant, task.pk)
    assert model.prompts == []
    assert task_get(tenant, task.pk).state == TaskState.QUEUED
    assert_nothing_sold(tenant, balance=0)


def test_credits_that_run_out_midway_stop_the_work_and_more_credits_go_on_with_it(
    tenant: Tenant, model: FakeModel
) -> None:
    credits_give(tenant, 4)
    task = task_make(tenant)
    with pytest.raises(InsufficientCredits, match="needs 1 credits; 0 are available"):
        write(tenant, task.pk)
    assert model.points() == [GRIND, FILTER, STEEP, WATER]
    assert task_get(tenant, task.pk).error_code == "insufficient_credits"
    assert_nothing_sold(tenant, balance=4)
    with pytest.raises(InsufficientCredits):
        write(tenant, task.pk)
    assert len(model.prompts) == 4, "what cannot be paid for is not asked"
    with tenant.work():
        credits_grant(1, reason="more", idempotency_key="more")
    write(tenant, task.pk)
    assert model.points()[4:] == [CLEAN]
    assert credits_of(tenant) == (0, 0)


def test_what_is_written_must_be_affordable_before_more_is_asked(tenant: Tenant, model: FakeModel) -> None:
    credits_give(tenant, 4)
    task = task_make(tenant)
    with suppress(InsufficientCredits):
        write(tenant, task.pk)
    with tenant.work():
        credits_adjust(-3, reason="spent elsewhere", idempotency_key="spent")
    with pytest.raises(InsufficientCredits):
        write(tenant, task.pk)
    assert len(model.prompts) == 4
    assert_nothing_sold(tenant, balance=1)


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_stop_at_any_checkpoint_gives_everything_back_and_keeps_what_is_written(
    tenant: Tenant, task: WritingTask, model: FakeModel, at: int
) -> None:
    calls: list[int] = []

    def checkpoint() -> None:
        calls.append(1)
        if len(calls) == at:
            raise Stopped

    with pytest.raises(Stopped):
        write(tenant, task.pk, checkpoint=checkpoint)
    assert len(model.prompts) == at - 1
    assert_resumable(tenant, task, "")
    write(tenant, task.pk)
    # a section that was stopped in its middle is asked for from its start
    assert len(model.prompts) == REQUESTS + (at - 1) % 2
    assert_sold_once(tenant)


def test_deleted_idea_fails_the_task(tenant: Tenant, task: WritingTask, model: FakeModel) -> None:
    with tenant.work():
        ContentIdea.objects.get(pk=task.idea_id).delete()
    with pytest.raises(NotFound):
        write(tenant, task.pk)
    found = task_get(tenant, task.pk)
    assert (found.state, found.error_code) == (TaskState.FAILED, "not_found")
    assert_nothing_sold(tenant)


def test_missing_model_fails_the_task(tenant: Tenant, task: WritingTask, settings: Any) -> None:
    settings.LLM_BASE_URL = ""
    with pytest.raises(errors.ModelNotConfigured):
        write(tenant, task.pk)
    assert_failed(tenant, task, "model_not_configured")


def test_prompt_that_cannot_be_filled_fails_the_task(
    tenant: Tenant, task: WritingTask, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Saving such an override is refused; one may have been stored before a placeholder was dropped.
    shipped = writing.prompt_get

    def stale(key: str, **kwargs: Any) -> Any:
        prompt = shipped(key, **kwargs)
        return type(prompt)(key=prompt.key, version="old", text="{mood}", scope="account")

    monkeypatch.setattr(writing, "prompt_get", stale)
    with pytest.raises(PromptPlaceholderUnknown):
        write(tenant, task.pk)
    assert model.prompts == []
    assert_failed(tenant, task, "prompt_placeholder_unknown")


def test_defect_releases_credits_and_leaves_the_task_queued(
    tenant: Tenant, task: WritingTask, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(writing, "article_assemble", broken)
    with pytest.raises(ZeroDivisionError):
        write(tenant, task.pk)
    assert_resumable(tenant, task, "")


def test_defect_while_the_article_is_stored_stores_and_charges_nothing(
    tenant: Tenant, task: WritingTask, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(writing, "job_charge", broken)
        with pytest.raises(ZeroDivisionError):
            write(tenant, task.pk, job_id=uuid4())
    assert_resumable(tenant, task, "")
    write(tenant, task.pk)
    assert len(model.prompts) == REQUESTS
    assert_sold_once(tenant)
