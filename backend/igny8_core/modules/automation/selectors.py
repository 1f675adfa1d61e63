"""Reads of settings, runs and what happened to them."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Case, Count, Q, Sum, When

from igny8_core.auth.selectors import site_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import PAGE_SIZE, Page
from igny8_core.modules.automation.constants import (
    ACTIVE_RUN_STATES,
    RUN_ORDER,
    STAGE_SWITCH,
    EventKind,
    ItemState,
    RunState,
    Stage,
    Switch,
)
from igny8_core.modules.automation.models import PipelineRun, PipelineSettings, RunEvent, RunItem
from igny8_core.modules.automation.types import (
    ItemStatus,
    RunStatus,
    RunSummary,
    SettingsView,
    StageProgress,
    TimelineEvent,
)
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.ops import ids_by_account
from igny8_core.tenancy.pages import page_read

_PUBLISHED = Q(items__state=ItemState.PUBLISHED)
_WAITING = Q(items__state=ItemState.REVIEW)
_FAILED = Q(items__state=ItemState.FAILED)


def settings_get(site_id: UUID) -> SettingsView:
    """A site's settings, or the defaults as version 0; raises NotFound for a foreign site."""
    row = PipelineSettings.objects.filter(site_id=site_id).first()
    if row is None:
        site_get(site_id)
        row = PipelineSettings(site_id=site_id, version=0)
    return SettingsView(
        site_id=row.site_id,
        version=row.version,
        stages=tuple(row.stages),
        ideas_per_run=row.ideas_per_run,
        articles_per_run=row.articles_per_run,
        approval_mode=row.approval_mode,
        destination_id=row.destination_id,
        schedule=row.schedule,
        weekdays=tuple(row.weekdays),
        hour=row.hour,
        time_zone=row.time_zone,
        run_credit_budget=row.run_credit_budget,
        monthly_credit_budget=row.monthly_credit_budget,
        is_enabled=row.is_enabled,
        paused_until=row.paused_until,
        next_run_at=row.next_run_at,
        last_skipped_at=row.last_skipped_at,
        last_skip_code=row.last_skip_code,
        last_skip_message=row.last_skip_message,
    )


def schedules_due() -> dict[int, list[UUID]]:
    """Ids of settings whose next start is due by account, through the read-only operations role; a batch at a time."""
    due = Q(next_run_at__lte=utc_now(), deleted_at=None)
    return ids_by_account(PipelineSettings, due, order_by="next_run_at")


def items_in_review() -> dict[int, list[UUID]]:
    """Ids of items that wait for a person by account, those that were looked at longest ago first."""
    return ids_by_account(RunItem, Q(state=ItemState.REVIEW, deleted_at=None), order_by="checked_at")


def runs_waiting() -> dict[int, list[UUID]]:
    """Ids of runs that wait for people by account, those that were looked at longest ago first."""
    return ids_by_account(PipelineRun, Q(state=RunState.WAITING, deleted_at=None), order_by="checked_at")


def run_list(site_id: UUID, *, state: str = "", number: int = 1, size: int = PAGE_SIZE) -> Page[RunSummary]:
    """A page of a site's runs, newest first; all of them, or those in one state."""
    wanted = {"site_id": site_id, **({"state": state} if state else {})}
    rows = PipelineRun.objects.filter(**wanted).annotate(
        published_count=Count("items", filter=_PUBLISHED),
        waiting_count=Count("items", filter=_WAITING),
        failed_count=Count("items", filter=_FAILED),
        credits=Sum("items__credits", default=0),
    )
    return page_read(rows.order_by("-id"), _summary, number=number, size=size)


def _summary(run: PipelineRun) -> RunSummary:
    names = RunSummary.__dataclass_fields__
    return RunSummary(**{name: getattr(run, name) for name in names})


def run_current(site_id: UUID) -> RunStatus | None:
    """The site's run at work, or the newest that waits for people, if there is one."""
    is_active = Case(When(state__in=ACTIVE_RUN_STATES, then=0), default=1)
    unfinished = PipelineRun.objects.filter(site_id=site_id, state__in=[*ACTIVE_RUN_STATES, RunState.WAITING])
    run = unfinished.order_by(is_active, "-id").first()
    return None if run is None else _status(run)


def run_status_get(run_id: UUID) -> RunStatus:
    """A run with its items in order; raises NotFound."""
    run = PipelineRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return _status(run)


def _status(run: PipelineRun) -> RunStatus:
    rows = list(RunItem.objects.filter(run_id=run.pk).order_by("position"))
    states = [row.state for row in rows]
    return RunStatus(
        id=run.pk,
        state=run.state,
        stage=run.stage,
        article_count=run.article_count,
        published_count=states.count(ItemState.PUBLISHED),
        counts=run.counts,
        error_code=run.error_code,
        error_message=run.error_message,
        items=tuple(_item_status(row) for row in rows),
        site_id=run.site_id,
        destination_id=run.destination_id,
        approval_mode=run.approval_mode,
        switches=tuple(run.stages),
        stages=_progress(run, states),
        waiting_count=states.count(ItemState.REVIEW),
        written_count=states.count(ItemState.WRITTEN),
        failed_count=states.count(ItemState.FAILED),
        credits=sum(row.credits for row in rows),
        credit_budget=run.credit_budget,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def _item_status(row: RunItem) -> ItemStatus:
    names = ItemStatus.__dataclass_fields__
    return ItemStatus(**{name: getattr(row, name) for name in names})


def _progress(run: PipelineRun, states: Sequence[str]) -> tuple[StageProgress, ...]:
    """The planning stages by the job at work, the work on articles by the items."""
    planning = [_planning(run, stage) for stage in RUN_ORDER if stage not in (Stage.ARTICLES, Stage.DONE)]
    done = Counter(states)
    alive = len(states) - done[ItemState.FAILED]
    written = alive - done[ItemState.WRITING]
    scored = written - done[ItemState.SCORING]
    total = max(run.article_count, alive)
    reviewed = scored - done[ItemState.REVIEW]
    to_publish = total - done[ItemState.REJECTED]
    articles = [
        _part(run, "write", "Write", switch=Switch.WRITE, done=written, total=total),
        _part(run, "score", "Score", switch=Switch.WRITE, done=scored, total=total),
        _part(run, "review", "Review", switch=Switch.PUBLISH, done=reviewed, total=total),
        _part(
            run, "publish", "Publish", switch=Switch.PUBLISH, done=done[ItemState.PUBLISHED], total=to_publish
        ),
    ]
    return (*planning, *articles)


def _planning(run: PipelineRun, stage: Stage) -> StageProgress:
    is_on = run.keyword_import_id is not None if stage == Stage.IMPORT else STAGE_SWITCH[stage] in run.stages
    state, done, total = "waiting", 0, 1
    if not is_on:
        state, total = "off", 0
    elif stage in run.counts or RUN_ORDER.index(Stage(run.stage)) > RUN_ORDER.index(stage):
        state, done = "done", 1
    elif stage == run.stage:
        state = "running" if run.state == RunState.RUNNING else "waiting"
        job = Job.objects.filter(kind="automation.advance_run", dedupe_key=f"{run.pk}:{run.step}").first()
        if job is not None and job.progress_total:
            done, total = job.progress_done, job.progress_total
    return StageProgress(stage.value, stage.label, state, done, total)


def _part(run: PipelineRun, name: str, label: str, *, switch: Switch, done: int, total: int) -> StageProgress:
    if switch not in run.stages:
        return StageProgress(name, label, "off", 0, 0)
    is_there = run.stage in (Stage.ARTICLES, Stage.DONE)
    state = "running" if is_there and run.state == RunState.RUNNING else "waiting"
    return StageProgress(name, label, "done" if is_there and done >= total else state, done, total)


def item_timeline(item_id: UUID) -> tuple[TimelineEvent, ...]:
    """What happened to an item, oldest first; raises NotFound."""
    if not RunItem.objects.filter(pk=item_id).exists():
        raise NotFound
    return tuple(timeline_event(row) for row in RunEvent.objects.filter(item_id=item_id).order_by("id"))


def run_timeline(run_id: UUID, *, number: int = 1, size: int = PAGE_SIZE) -> Page[TimelineEvent]:
    """A page of what happened to a run and its items, newest first; raises NotFound."""
    if not PipelineRun.objects.filter(pk=run_id).exists():
        raise NotFound
    rows = RunEvent.objects.filter(run_id=run_id).order_by("-id")
    return page_read(rows, timeline_event, number=number, size=size)


def timeline_event(row: RunEvent) -> TimelineEvent:
    """An event as it is shown."""
    kind = row.kind
    return TimelineEvent(
        id=row.pk,
        at=row.created_at,
        kind=kind,
        label=EventKind(kind).label if kind in EventKind.values else kind,
        item_id=row.item_id,
        message=row.message,
        credits=row.credits,
        job_id=row.job_id,
        actor_id=row.actor_id,
        detail=row.detail,
    )


def run_for_request(*, site_id: UUID, request_key: str) -> PipelineRun | None:
    """The newest run that was started by the same request, if any."""
    return PipelineRun.objects.filter(site_id=site_id, request_key=request_key).order_by("-id").first()


def run_is_active(site_id: UUID) -> bool:
    """Whether the site has a run at work."""
    return PipelineRun.objects.filter(site_id=site_id, state__in=ACTIVE_RUN_STATES).exists()
