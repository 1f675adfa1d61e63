"""The wall's periodic work: bring back interrupted jobs, purge what is past its window, one account at a time."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from secrets import SystemRandom
from typing import Any
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from celery import shared_task
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from igny8_core.common.clock import utc_now
from igny8_core.tenancy.context import TENANT_ALIAS, TenantContext, tenant_transaction
from igny8_core.tenancy.models import IdempotencyKey, Job, JobState
from igny8_core.tenancy.ops import ids_by_account
from igny8_core.tenancy.queue import announce
from igny8_core.tenancy.softdelete import account_purge

logger = logging.getLogger("igny8.jobs")

ANNOUNCE_AGAIN = timedelta(seconds=15)
IDEMPOTENCY_LIFETIME = timedelta(hours=24)


def in_each_account(account_ids: Iterable[int], work: Callable[[int], Any]) -> int:
    """Run `work` in a scope of its own per account; one account's failure is logged and stops no other.

    Returns the number of accounts that went well.
    """
    well = 0
    for account_id in account_ids:
        try:
            with tenant_transaction(TenantContext.of_account(account_id)):
                work(account_id)
            well += 1
        except SoftTimeLimitExceeded:
            raise  # the task's time is over, not this account's work at fault
        except Exception:
            logger.exception("periodic work failed for account %s", account_id)
    return well


@shared_task(name="tenancy.sweep_jobs", soft_time_limit=50, time_limit=60, ignore_result=True)
def sweep_jobs() -> int:
    """Announce again what waits unannounced and what a dead worker left; returns the number announced."""
    now = utc_now()
    waiting = Q(state=JobState.QUEUED, announced_at__lt=now - ANNOUNCE_AGAIN) & (
        Q(run_after=None) | Q(run_after__lte=now)
    )
    abandoned = Q(state=JobState.RUNNING, lease_until__lt=now)
    due = ids_by_account(Job, (waiting | abandoned) & Q(deleted_at=None), order_by="announced_at")
    gate = import_string(settings.JOB_GATE)
    open_accounts = {account_id for account_id in due if gate(account_id) is None}
    in_each_account(due, lambda account_id: _again(due[account_id], is_open=account_id in open_accounts))
    return sum(len(due[account_id]) for account_id in open_accounts)


def _again(job_ids: list[UUID], *, is_open: bool) -> None:
    """Announce jobs, or only move them behind the others: those of a suspended account must not fill every sweep."""
    if not is_open:
        Job.objects.filter(pk__in=job_ids).update(announced_at=utc_now())
        return
    for job in Job.objects.select_for_update(skip_locked=True).filter(
        pk__in=job_ids, state__in=[JobState.QUEUED, JobState.RUNNING]
    ):
        Job.objects.filter(pk=job.pk).update(announced_at=utc_now())
        transaction.on_commit(lambda job=job: announce(job), using=TENANT_ALIAS)  # type: ignore[misc]  # bound early


@shared_task(name="tenancy.purge_deleted", soft_time_limit=840, time_limit=900, ignore_result=True)
def purge_deleted() -> int:
    """Remove rows past their account's retention window, and idempotency keys past their day."""
    account_model: Any = apps.get_model("igny8_auth", "Account")
    ids = list(account_model.objects.values_list("id", flat=True))
    SystemRandom().shuffle(ids)  # a run that meets its time limit leaves out others than the last one did
    return in_each_account(ids, lambda _account_id: _purge())


def _purge() -> None:
    keys = IdempotencyKey.objects.filter(created_at__lt=utc_now() - IDEMPOTENCY_LIFETIME)
    keys._raw_delete(keys.db)
    account_purge()
