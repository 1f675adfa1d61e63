"""Tells people how a run went, in the transaction in which it ends or stops."""

from igny8_core.modules.automation.constants import ItemState, RunState
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.system.services import notify
from igny8_core.modules.system.types import NotificationKind

_KINDS = {
    RunState.COMPLETED: NotificationKind.RUN_COMPLETED,
    RunState.FAILED: NotificationKind.RUN_FAILED,
    RunState.PAUSED: NotificationKind.RUN_PAUSED,
    RunState.WAITING: NotificationKind.RUN_PAUSED,
}


def run_tell(run: PipelineRun) -> None:
    """Tell that a run is complete, failed, paused or waits; one that stops again at a later step is told of again."""
    state = RunState(run.state)
    public = RunItem.objects.filter(run_id=run.pk, state=ItemState.PUBLISHED).count()
    texts = {
        RunState.COMPLETED: f"A run is complete: {public} of its articles are public.",
        RunState.WAITING: f"A run waits for you: {run.error_message}",
        RunState.FAILED: f"A run failed: {run.error_message}",
        RunState.PAUSED: f"A run is paused: {run.error_message}",
    }
    notify(
        _KINDS[state],
        texts[state],
        dedupe_key=f"run:{run.pk}:{state}:{run.step}",
        site_id=run.site_id,
        target_kind="run",
        target_id=run.pk,
    )
