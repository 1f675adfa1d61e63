"""Writes a task as a caller does, and says what must be true of tasks and credits afterwards; no test of its own."""

from typing import Any
from uuid import UUID

from igny8_core.modules.billing.models import CreditHold
from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask
from igny8_core.modules.writer.services import article_write
from igny8_core.modules.writer.tests.samples import (
    GRANT,
    PRICE,
    credits_of,
    idea_state,
    task_get,
)
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant


def write(tenant: Tenant, task_id: UUID, *, job_id: UUID | None = None, **calls: Any) -> Article:
    callbacks = {"progress": lambda *_: None, "checkpoint": lambda: None, **calls}
    with tenant_scope(tenant.context):
        return article_write(task_id, job_id=job_id, **callbacks)


def rows(tenant: Tenant, model: Any) -> int:
    with tenant.work():
        return int(model.objects.count())


def assert_failed(tenant: Tenant, task: WritingTask, code: str) -> None:
    """A clear failed state, the keyword and the idea free again, and every credit back."""
    found = task_get(tenant, task.pk)
    assert (found.state, found.error_code, found.claim_token) == (TaskState.FAILED, code, None)
    assert found.error_message
    assert idea_state(tenant, task.idea_id) == "failed"
    assert_nothing_sold(tenant)


def assert_resumable(tenant: Tenant, task: WritingTask, code: str) -> None:
    """Queued again with the reason, and every credit back."""
    found = task_get(tenant, task.pk)
    assert (found.state, found.error_code, found.claim_token) == (TaskState.QUEUED, code, None)
    assert idea_state(tenant, task.idea_id) == "queued"
    assert_nothing_sold(tenant)


def assert_nothing_sold(tenant: Tenant, balance: int = GRANT) -> None:
    assert credits_of(tenant) == (balance, 0)
    assert rows(tenant, Article) == rows(tenant, ArticleRevision) == 0


def assert_sold_once(tenant: Tenant, price: int = PRICE) -> None:
    assert credits_of(tenant) == (GRANT - price, 0)
    assert rows(tenant, Article) == 1
    with tenant.work():
        captured = CreditHold.objects.filter(state="captured")
        assert sum(hold.captured_amount for hold in captured) == price
