"""Chooses the idea that a run writes next; it must never decide on one."""

from uuid import UUID

from igny8_core.modules.automation.constants import ApprovalMode
from igny8_core.modules.automation.errors import IdeasWaiting, RunIdeasExhausted
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.planner.selectors import idea_next_ids, plan_outlook


def idea_choose(run: PipelineRun) -> UUID:
    """The best idea that this run has not tried: one that failed here may have been accepted again since.

    Where ideas are moderated it is an accepted one. Raises RunIdeasExhausted, and IdeasWaiting when people have ideas
    to decide on.
    """
    tried = set(RunItem.objects.filter(run_id=run.pk).values_list("idea_id", flat=True))
    is_moderated = run.approval_mode == ApprovalMode.MODERATE
    found = idea_next_ids(
        run.site_id, limit=1, sector_id=run.sector_id, is_accepted_only=is_moderated, taken=tried
    )
    if found:
        return found[0]
    undecided = plan_outlook(run.site_id, sector_id=run.sector_id).ideas_new
    raise IdeasWaiting(undecided) if is_moderated and undecided else RunIdeasExhausted
