"""Writes articles with a model server that we did not write (llm_mock.sh): each is stored, or has clearly failed."""

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from igny8_core.ai import errors
from igny8_core.ai.tests.test_peer_llmock import Mock, wire_cut_after
from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.errors import ArticleUnfit
from igny8_core.modules.writer.models import Article, ArticleSection, WritingTask
from igny8_core.modules.writer.services import article_write
from igny8_core.modules.writer.tests.samples import (
    GRANT,
    PRICE,
    PROSE,
    REQUESTS,
    credits_give,
    credits_of,
    task_get,
    task_make,
)
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

pytestmark = [pytest.mark.peer, pytest.mark.django_db(transaction=True)]

GOOD = [{"type": "reply", "text": text} for text in PROSE.values()]


@pytest.fixture
def peer(settings: Any) -> Iterator[Mock]:
    mock = Mock(os.environ["LLM_MOCK_URL"])
    mock.reset()
    settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_API_KEY = mock.url, "gpt-4o", "test-key"
    yield mock
    mock.reset()


@pytest.fixture
def task(tenant: Tenant) -> WritingTask:
    credits_give(tenant)
    return task_make(tenant)


def write(
    tenant: Tenant, task: WritingTask, *, before: dict[int, Callable[[], None]] | None = None
) -> Article:
    """Write the task; `before[n]` is called before request n."""
    numbers = itertools.count(1)

    def checkpoint() -> None:
        (before or {}).get(next(numbers), lambda: None)()

    with tenant_scope(tenant.context):
        return article_write(task.pk, job_id=None, progress=lambda *_: None, checkpoint=checkpoint)


def assert_stored_and_charged_once(tenant: Tenant, task: WritingTask, article: Article) -> None:
    assert all(paragraph in article.html for paragraph in PROSE.values())
    assert task_get(tenant, task.pk).state == TaskState.DONE
    assert credits_of(tenant) == (GRANT - PRICE, 0)
    with tenant.work():
        assert Article.objects.count() == 1


def assert_nothing_sold(tenant: Tenant, task: WritingTask, state: TaskState, code: str) -> None:
    found = task_get(tenant, task.pk)
    assert (found.state, found.error_code) == (state, code)
    assert credits_of(tenant) == (GRANT, 0)
    with tenant.work():
        assert Article.objects.count() == 0


def test_sound_answers_become_an_article(tenant: Tenant, task: WritingTask, peer: Mock) -> None:
    peer.script(*GOOD)
    assert_stored_and_charged_once(tenant, task, write(tenant, task))
    assert len(peer.calls()) == REQUESTS


@pytest.mark.parametrize(
    "fault",
    [
        {"type": "fail", "status": 429, "retry_after": 1, "times": 1},
        {"type": "fail", "status": 500, "times": 2},
    ],
    ids=["429", "500"],
)
def test_fault_that_passes_is_survived(
    tenant: Tenant, task: WritingTask, peer: Mock, fault: dict[str, Any]
) -> None:
    peer.script(*GOOD)
    article = write(tenant, task, before={4: lambda: peer.script(fault)})
    assert_stored_and_charged_once(tenant, task, article)
    assert len(peer.calls()) == REQUESTS + fault["times"]
    assert peer.verdict()["findings"] == []  # Retry-After was kept, by the peer's own clock


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"type": "fail", "status": 429, "retry_after": 600, "times": None}, errors.ModelRateLimited),
        ({"type": "fail", "status": 500, "times": None}, errors.ModelServerFailed),
        ({"type": "reply", "text": "", "times": None}, errors.ModelOutputEmpty),
    ],
    ids=["429", "500", "empty"],
)
def test_fault_that_lasts_costs_nothing_and_the_next_run_goes_on(
    tenant: Tenant, task: WritingTask, peer: Mock, fault: dict[str, Any], error: type[errors.ModelError]
) -> None:
    peer.script(*GOOD[:2])
    with pytest.raises(error):
        write(tenant, task, before={3: lambda: peer.script(fault)})
    assert_nothing_sold(tenant, task, TaskState.QUEUED, error.code)
    with tenant.work():
        assert ArticleSection.objects.filter(is_written=True).count() == 1
    peer.reset()
    peer.script(*GOOD[2:])
    assert_stored_and_charged_once(tenant, task, write(tenant, task))
    assert len(peer.calls()) == REQUESTS - 2


@pytest.mark.parametrize("size", [0, 300])
def test_cut_answer_is_no_text(
    tenant: Tenant, task: WritingTask, peer: Mock, settings: Any, size: int
) -> None:
    peer.script(*[{**answer, "times": 3} for answer in GOOD[:1]])
    with wire_cut_after(size, peer=peer) as url:
        settings.LLM_BASE_URL = url
        with pytest.raises(errors.ModelAnswerBroken):
            write(tenant, task)
    assert_nothing_sold(tenant, task, TaskState.QUEUED, "model_answer_broken")
    settings.LLM_BASE_URL = peer.url
    peer.reset()
    peer.script(*GOOD)
    assert_stored_and_charged_once(tenant, task, write(tenant, task))


def test_truncated_answers_keep_their_whole_sentences(tenant: Tenant, task: WritingTask, peer: Mock) -> None:
    peer.script(
        *({**answer, "text": f"{answer['text']} And when the", "finish_reason": "length"} for answer in GOOD)
    )
    article = write(tenant, task)
    assert "And when the" not in article.html
    assert_stored_and_charged_once(tenant, task, article)


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "Tea", "sections": [{"heading": 1}',
        '{"error": {"message": "The engine is currently overloaded", "type": "server_error"}}',
        "I'm sorry, but as an AI language model I cannot help with that request at all.",
        "���� ��� %%%% \u0000 ><><>< {{{{",
        "word " * 300,
    ],
    ids=["broken schema", "error as text", "refusal", "garbage", "loop"],
)
def test_garbage_fails_the_task_and_is_never_stored(
    tenant: Tenant, task: WritingTask, peer: Mock, text: str
) -> None:
    peer.script({"type": "reply", "text": text, "times": None})
    with pytest.raises(ArticleUnfit):
        write(tenant, task)
    assert_nothing_sold(tenant, task, TaskState.FAILED, "article_unfit")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"type": "fail", "status": 401, "times": None}, errors.ModelAuthenticationFailed),
        ({"type": "fail", "status": 400, "code": "context_length_exceeded"}, errors.ModelContextOverflow),
        ({"type": "reply", "text": "", "finish_reason": "content_filter"}, errors.ModelRefused),
    ],
    ids=["401", "context", "filtered"],
)
def test_final_fault_fails_the_task_with_its_reason(
    tenant: Tenant, task: WritingTask, peer: Mock, fault: dict[str, Any], error: type[errors.ModelError]
) -> None:
    peer.script(*GOOD[:3])
    with pytest.raises(error):
        write(tenant, task, before={4: lambda: peer.script(fault)})
    assert_nothing_sold(tenant, task, TaskState.FAILED, error.code)
    assert len(peer.calls()) == 4
