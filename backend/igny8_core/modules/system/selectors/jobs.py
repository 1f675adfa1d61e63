"""Reads of the jobs that somebody may see; the wall writes them."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import PAGE_SIZE, Page
from igny8_core.modules.system.constants import JOB_TITLES
from igny8_core.modules.system.types import JobView
from igny8_core.tenancy.context import AllSites, context_or_none
from igny8_core.tenancy.models import ACTIVE_STATES, Job
from igny8_core.tenancy.pages import page_read


def job_list(
    *, kind: str = "", state: str = "", site_id: UUID | None = None, number: int = 1, size: int = PAGE_SIZE
) -> Page[JobView]:
    """A page of the jobs that the current scope may see, newest first."""
    wanted = {"kind": kind, "state": state, "site_id": site_id}
    rows = jobs_visible(Job.objects.filter(**{name: value for name, value in wanted.items() if value}))
    return page_read(rows.order_by("-id"), _view, number=number, size=size)


def jobs_active(kind: str, keys: Iterable[object]) -> dict[str, JobView]:
    """The jobs of a kind that may still do something, by what they are about: the key that makes each the only one."""
    wanted = [str(key) for key in keys]
    rows = jobs_visible(Job.objects.filter(kind=kind, dedupe_key__in=wanted, state__in=ACTIVE_STATES))
    return {row.dedupe_key: _view(row) for row in rows}


def job_get(job_id: UUID) -> JobView:
    """One job; raises NotFound."""
    row = jobs_visible(Job.objects.filter(pk=job_id)).first()
    if row is None:
        raise NotFound
    return _view(row)


def job_newest(site_id: UUID, *, kinds: tuple[str, ...]) -> JobView | None:
    """The newest job of some kinds for a site while it is at work, or until an hour after it ended; None otherwise."""
    since = utc_now() - timedelta(hours=1)
    shown = Q(state__in=ACTIVE_STATES) | Q(finished_at__gte=since)
    row = jobs_visible(Job.objects.filter(shown, site_id=site_id, kind__in=kinds)).order_by("-id").first()
    return None if row is None else _view(row)


def jobs_visible(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Those of the account's jobs that the current scope may see: of its sites alone when it is limited to some."""
    context = context_or_none()
    if context is None or isinstance(context.site_ids, AllSites):
        return jobs  # without a context the queryset refuses by itself
    return jobs.filter(site_id__in=context.site_ids)


def job_title(kind: str) -> str:
    """A kind of job in words: what it does, without its room."""
    return JOB_TITLES.get(kind) or kind.rpartition(".")[2].replace("_", " ").capitalize()


def _view(job: Job) -> JobView:
    return JobView(
        id=job.pk,
        kind=job.kind,
        title=job_title(job.kind),
        state=job.state,
        site_id=job.site_id,
        actor_id=job.actor_id,
        request_id=job.request_id,
        progress_done=job.progress_done,
        progress_total=job.progress_total,
        message=job.progress_message,
        counts=job.counts,
        error_code=job.error_code,
        error=job.error_message,
        credits_held=job.credits_held,
        credits_charged=job.credits_charged,
        attempts=job.attempts,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        can_be_cancelled=job.is_active and not job.cancel_requested,
    )
