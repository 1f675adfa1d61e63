"""Every registered task is bounded, speaks JSON, and either carries a tenant or is listed with its reason."""

import pytest
from celery import current_app

from igny8_core.tenancy.worker import TenantTask

# Periodic work that belongs to no single account: it fans out, each account in a scope of its own.
WITHOUT_TENANT = {
    "tenancy.sweep_jobs": "announces waiting jobs of every account again",
    "tenancy.purge_deleted": "purges each account by its own window",
    "auth.purge_sessions": "removes expired sign-ins, identity rows that are read before an account is known",
    "system.expire_notifications": "deletes each account's old notifications",
    "billing.expire_holds": "releases each account's holds past their time",
    "billing.advance_subscriptions": "moves each account whose trial, paid time or grace is over",
    "automation.continue_waiting": "lets each account's items go on whose review is decided",
    "automation.start_due_runs": "claims each site's due start in its own account",
}


def _tasks() -> dict[str, object]:
    current_app.loader.import_default_modules()
    return {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}


@pytest.mark.parametrize("name", sorted(_tasks()))
def test_task_is_bounded_and_carries_its_tenant(name: str) -> None:
    task = _tasks()[name]
    assert 0 < task.soft_time_limit < task.time_limit <= 900
    assert task.serializer == "json"
    assert task.ignore_result
    assert not task.acks_late, "leases bring work back; the broker must not"
    assert isinstance(task, TenantTask) != (name in WITHOUT_TENANT)


def test_list_of_tasks_without_tenant_is_not_stale() -> None:
    assert set(WITHOUT_TENANT) <= set(_tasks())


def test_broker_never_redelivers_within_a_time_limit() -> None:
    timeout = current_app.conf.broker_transport_options["visibility_timeout"]
    assert timeout > max(task.time_limit for task in _tasks().values())
    assert current_app.conf.accept_content == ["json"]
