"""Writes to writing tasks: made once per idea and head keyword, claimed by one writer, moved by one function."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, ErrorKind, NotFound
from igny8_core.modules.billing import services as billing
from igny8_core.modules.planner import services as planner
from igny8_core.modules.planner.selectors import idea_brief_get
from igny8_core.modules.system.selectors import jobs_active
from igny8_core.modules.writer.constants import CLAIM_SECONDS, OPEN_STATES, TaskState
from igny8_core.modules.writer.errors import TaskBusy, TaskExists, TaskStateConflict
from igny8_core.modules.writer.models import WritingTask
from igny8_core.modules.writer.selectors import tasks_estimate
from igny8_core.modules.writer.services.sections import holds_release
from igny8_core.tenancy.context import TENANT_ALIAS
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

WRITE_JOB = "writer.write_article"
CLAIM = timedelta(seconds=CLAIM_SECONDS)
_ALLOWED = {
    TaskState.QUEUED: {TaskState.WRITING, TaskState.FAILED},
    TaskState.WRITING: {TaskState.QUEUED, TaskState.DONE, TaskState.FAILED},
}


def task_transition(task: WritingTask, state: TaskState) -> None:
    """Move a task in memory; the caller saves. Raises TaskStateConflict."""
    if state not in _ALLOWED.get(TaskState(task.state), set()):
        raise TaskStateConflict(f"A {task.state} task cannot become {state}.")
    task.state = state


def task_create(idea_id: UUID) -> WritingTask:
    """Make the idea's task, or give the one it has; the planner marks the idea as queued.

    Raises NotFound, TaskExists when the site writes for this head keyword already, and what the planner refuses.
    """
    existing = _task_of_idea(idea_id)
    if existing is not None:
        return existing
    brief = idea_brief_get(idea_id)
    task = WritingTask(
        site_id=brief.site_id,
        sector_id=brief.sector_id,
        idea_id=idea_id,
        title=brief.title,
        head_keyword=brief.head_keyword,
    )
    try:
        with transaction.atomic():
            task.save()
            planner.idea_mark_queued(idea_id)
    except IntegrityError as error:
        # Somebody else was a moment faster: with this very idea, or with another one for the same query.
        if (existing := _task_of_idea(idea_id)) is not None:
            return existing
        raise TaskExists from error
    return task


def task_write_start(task: WritingTask) -> Job:
    """Have a worker write the task's article; called again it returns the job that is at work.

    Raises TaskStateConflict for a task that is done or has failed, and InsufficientCredits.
    """
    return _write_start([task])[0]


def tasks_write_start(task_ids: Iterable[UUID]) -> int:
    """Have workers write tasks, all or none; returns how many. A failed one is begun anew as another task of its idea.

    Raises NotFound, TaskStateConflict for one that is done, what `task_create` raises, and InsufficientCredits when
    the account cannot pay for all of them.
    """
    wanted = sorted(set(task_ids))
    with transaction.atomic(using=TENANT_ALIAS):
        rows = WritingTask.objects.in_bulk(wanted)
        if len(rows) < len(wanted):
            raise NotFound
        chosen = [rows[task_id] for task_id in wanted]
        _write_start([task_create(row.idea_id) if row.state == TaskState.FAILED else row for row in chosen])
    return len(wanted)


def _write_start(tasks: Sequence[WritingTask]) -> list[Job]:
    """A job for each task.

    What they cost must be there now, so that nobody waits for work that cannot end; a job that is at work has set its
    own credits aside. The worker looks again: others may have spent them by then.
    """
    for task in tasks:
        if task.state not in OPEN_STATES:
            raise TaskStateConflict(f"A {task.state} task cannot be written.")
    at_work = jobs_active(WRITE_JOB, [task.pk for task in tasks])
    idle = [task.pk for task in tasks if str(task.pk) not in at_work]
    billing.credits_require(tasks_estimate(idle).credits)
    return [
        enqueue(
            WRITE_JOB,
            payload={"task_id": str(task.pk)},
            site_id=task.site_id,
            dedupe_key=str(task.pk),
        )
        for task in tasks
    ]


def task_fail(task_id: UUID, error: DomainError) -> None:
    """Put an open task into its failed state with the reason; any other is left alone.

    Its credits are given back, its head keyword is free again, the planner marks the idea as failed, and a writer
    that is still at work finds its claim gone.
    """
    with transaction.atomic():
        task = WritingTask.objects.select_for_update().filter(pk=task_id, state__in=OPEN_STATES).first()
        if task is not None:
            _fail(task, error)


def task_give_up(task_id: UUID, error: DomainError) -> None:
    """End a task whose job failed for good, unless the task can go on.

    It can when somebody else writes it, and when nothing but credits is missing.
    """
    if not isinstance(error, TaskBusy) and error.kind is not ErrorKind.INSUFFICIENT_CREDITS:
        task_fail(task_id, error)


def task_claim(task_id: UUID, *, job_id: UUID | None) -> WritingTask:
    """Make the caller the only writer of a task that is not done yet; a done one is returned unclaimed.

    The same job may take over from its own earlier run at once, anybody else when the claim has run out. Raises
    NotFound, TaskBusy, and TaskStateConflict for a failed task.
    """
    task = WritingTask.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise NotFound
    if task.state == TaskState.DONE:
        return task
    now = utc_now()
    is_claimed = task.claim_token is not None and task.claimed_until is not None and task.claimed_until > now
    if is_claimed and (job_id is None or task.claim_job_id != job_id):
        raise TaskBusy
    if task.state != TaskState.WRITING:
        task_transition(task, TaskState.WRITING)
    task.claim_token, task.claim_job_id, task.claimed_until = uuid4(), job_id, now + CLAIM
    task.error_code = task.error_message = ""
    task.save()
    return task


def claim_renew(task: WritingTask) -> None:
    """Keep the claim alive; raises TaskBusy when another writer has it by now."""
    mine = WritingTask.objects.filter(pk=task.pk, claim_token=task.claim_token)
    if not mine.update(claimed_until=utc_now() + CLAIM):
        raise TaskBusy


def task_claimed(task: WritingTask) -> WritingTask:
    """The task's row locked for the writer that claimed it; raises TaskBusy when another one has it by now."""
    row = WritingTask.objects.select_for_update().filter(pk=task.pk, claim_token=task.claim_token).first()
    if row is None:
        raise TaskBusy
    return row


def claim_clear(task: WritingTask) -> None:
    """End the claim in memory; the caller saves."""
    task.claim_token = task.claim_job_id = task.claimed_until = None


def task_leave(task: WritingTask, error: DomainError | None) -> None:
    """End a claim without an article: nothing stays held, and the task is queued again or, for a final error, failed.

    Does nothing when the claim is over, be it that the article is stored or that another writer took over.
    """
    with transaction.atomic():
        row = WritingTask.objects.select_for_update().filter(pk=task.pk, claim_token=task.claim_token).first()
        if row is None:
            return
        if error is not None and is_final(error):
            _fail(row, error)
            return
        task_transition(row, TaskState.QUEUED)
        row.error_code, row.error_message = (error.code, error.message) if error else ("", "")
        claim_clear(row)
        row.save()
        holds_release(row, reason="writing stopped before the article was complete")


def is_final(error: DomainError) -> bool:
    """Whether trying again later cannot help."""
    is_retryable: bool = getattr(error, "is_retryable", False)
    return not is_retryable and error.kind is not ErrorKind.INSUFFICIENT_CREDITS


def _fail(task: WritingTask, error: DomainError) -> None:
    task_transition(task, TaskState.FAILED)
    task.error_code, task.error_message = error.code, error.message
    claim_clear(task)
    task.save()
    # An idea that was deleted or moved on meanwhile must not keep its task from failing.
    with suppress(DomainError):
        planner.idea_mark_failed(task.idea_id, reason=error.message)
    holds_release(task, reason="the article failed")


def _task_of_idea(idea_id: UUID) -> WritingTask | None:
    return WritingTask.objects.filter(idea_id=idea_id).exclude(state=TaskState.FAILED).first()
