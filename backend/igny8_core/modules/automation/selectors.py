"""Reads of runs."""

from uuid import UUID

from igny8_core.common.errors import NotFound
from igny8_core.modules.automation.constants import ACTIVE_RUN_STATES, ARTICLE_HELD, ItemState
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.types import ItemStatus, RunStatus


def run_status_get(run_id: UUID) -> RunStatus:
    """A run with its items in order; raises NotFound."""
    run = PipelineRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    items = tuple(
        ItemStatus(
            id=item.pk,
            position=item.position,
            title=item.title,
            state=item.state,
            score=item.score,
            url=item.url,
            error_code=item.error_code,
            error_message=item.error_message,
        )
        for item in RunItem.objects.filter(run_id=run_id).order_by("position")
    )
    return RunStatus(
        id=run.pk,
        state=run.state,
        stage=run.stage,
        article_count=run.article_count,
        published_count=sum(item.state == ItemState.PUBLISHED for item in items),
        held_count=sum(item.error_code == ARTICLE_HELD for item in items),
        counts=run.counts,
        error_code=run.error_code,
        error_message=run.error_message,
        items=items,
    )


def run_for_request(*, site_id: UUID, request_key: str) -> PipelineRun | None:
    """The newest run that was started by the same request, if any."""
    return PipelineRun.objects.filter(site_id=site_id, request_key=request_key).order_by("-id").first()


def run_is_active(site_id: UUID) -> bool:
    """Whether the site has a run that is not finished."""
    return PipelineRun.objects.filter(site_id=site_id, state__in=ACTIVE_RUN_STATES).exists()
