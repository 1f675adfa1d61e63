"""Says what a run would do and cost, and changes nothing."""

from uuid import UUID

from igny8_core.auth.selectors import site_get
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.automation.constants import MAX_ARTICLES, ApprovalMode, Switch
from igny8_core.modules.automation.errors import (
    BudgetReached,
    DestinationMissing,
    IdeasWaiting,
    PipelineDisabled,
    RunActive,
    RunIdeasExhausted,
    RunStateConflict,
)
from igny8_core.modules.automation.selectors import run_is_active, settings_get
from igny8_core.modules.automation.services.budgets import brief_price, month_spent
from igny8_core.modules.automation.types import (
    ArticleEstimate,
    RunEstimate,
    RunWarning,
    SettingsView,
    StageEstimate,
)
from igny8_core.modules.billing.selectors import balance_get
from igny8_core.modules.integration.selectors import destination_get
from igny8_core.modules.planner.selectors import idea_briefs, idea_next_ids, import_rows, plan_outlook
from igny8_core.modules.planner.types import PlanOutlook


def run_estimate(
    site_id: UUID, *, article_count: int | None = None, import_id: UUID | None = None
) -> RunEstimate:
    """What a run by the site's settings would do now, what its articles would cost, and what stands against it.

    An article is priced as its sections will be held. Raises NotFound for a foreign site or import, and
    RunStateConflict for a number of articles outside 1 to 100.
    """
    site_get(site_id)
    settings = settings_get(site_id)
    wanted = settings.articles_per_run if article_count is None else article_count
    if not 1 <= wanted <= MAX_ARTICLES:
        raise RunStateConflict(f"A run writes 1 to {MAX_ARTICLES} articles.")
    rows = None if import_id is None else import_rows(import_id, site_id=site_id)
    outlook = plan_outlook(site_id)
    writes = wanted if Switch.WRITE in settings.stages else 0
    articles = _articles(settings, count=writes)
    credits, available = sum(one.credits for one in articles), balance_get().available
    return RunEstimate(
        site_id=site_id,
        article_count=writes,
        stages=_stages(settings, outlook, rows=rows, is_import=import_id is not None, writes=writes),
        articles=articles,
        unpriced_count=writes - len(articles),
        credits_estimated=credits,
        credits_available=available,
        is_enough=credits <= available,
        warnings=_warnings(settings, outlook, articles=articles, writes=writes, available=available),
    )


def _articles(settings: SettingsView, *, count: int) -> tuple[ArticleEstimate, ...]:
    if not count:
        return ()
    is_moderated = settings.approval_mode == ApprovalMode.MODERATE
    ids = idea_next_ids(settings.site_id, limit=count, is_accepted_only=is_moderated)
    return tuple(
        ArticleEstimate(idea_id=brief.idea_id, title=brief.title, credits=brief_price(brief))
        for brief in idea_briefs(ids)
    )


def _stages(
    settings: SettingsView, outlook: PlanOutlook, *, rows: int | None, is_import: bool, writes: int
) -> tuple[StageEstimate, ...]:
    ideas = outlook.ideas_new + outlook.ideas_accepted
    found = [
        StageEstimate("import", is_import, rows, "Rows that the upload was seen to have."),
        _stage(settings, Switch.CLUSTER, outlook.keywords_unplaced, "Keywords without a cluster."),
        _stage(
            settings, Switch.IDEAS, ideas, "Ideas that are there; clusters may give more, free of charge."
        ),
        _stage(settings, Switch.WRITE, writes, "Articles to write."),
        StageEstimate("images", False, 0, "No images are made."),
        _stage(settings, Switch.PUBLISH, writes, _PUBLISHING[ApprovalMode(settings.approval_mode)]),
    ]
    return tuple(found)


_PUBLISHING = {
    ApprovalMode.AUTO: "Articles to publish, those that the destination's gate lets through.",
    ApprovalMode.REVIEW: "Articles to publish, each after a person approved it.",
    ApprovalMode.MODERATE: "Articles to publish, each after a person approved it.",
}


def _stage(settings: SettingsView, switch: Switch, count: int, message: str) -> StageEstimate:
    is_on = switch in settings.stages
    return StageEstimate(switch.value, is_on, count if is_on else 0, message)


def _warnings(
    settings: SettingsView,
    outlook: PlanOutlook,
    *,
    articles: tuple[ArticleEstimate, ...],
    writes: int,
    available: int,
) -> tuple[RunWarning, ...]:
    found: list[DomainError | RunWarning] = []
    if not settings.is_enabled:
        found.append(PipelineDisabled())
    if run_is_active(settings.site_id):
        found.append(RunActive())
    found += _destination_warnings(settings)
    found += _idea_warnings(settings, outlook, missing=writes - len(articles))
    found += _money_warnings(settings, articles, available=available)
    return tuple(
        one if isinstance(one, RunWarning) else RunWarning(code=one.code, message=one.message)
        for one in found
    )


def _destination_warnings(settings: SettingsView) -> list[DomainError | RunWarning]:
    if Switch.PUBLISH not in settings.stages or settings.destination_id is None:
        return []  # the preview site takes what has no destination
    try:
        destination = destination_get(settings.destination_id)
    except NotFound:  # deleted since it was chosen
        return [DestinationMissing()]
    if destination.is_paused:
        return [
            RunWarning("destination_paused", f"“{destination.name}” is paused: the run would stop there.")
        ]
    if destination.status != "failing":
        return []
    return [RunWarning("destination_failing", f"“{destination.name}” failed its last connection check.")]


def _idea_warnings(
    settings: SettingsView, outlook: PlanOutlook, *, missing: int
) -> list[DomainError | RunWarning]:
    if missing <= 0:
        return []
    if settings.approval_mode == ApprovalMode.MODERATE and outlook.ideas_new:
        return [IdeasWaiting(outlook.ideas_new)]
    if Switch.IDEAS not in settings.stages:
        return [RunIdeasExhausted()]
    message = f"For {missing} of the articles there is no idea yet; what they cost is not known."
    return [RunWarning("ideas_missing", message)]


def _money_warnings(
    settings: SettingsView, articles: tuple[ArticleEstimate, ...], *, available: int
) -> list[DomainError | RunWarning]:
    found: list[DomainError | RunWarning] = []
    needed = sum(one.credits for one in articles)
    if needed > available:
        message = f"This needs {needed} credits; {available} are available."
        found.append(RunWarning("insufficient_credits", message))
    budgets = (
        ("run's", settings.run_credit_budget, 0),
        ("month's", settings.monthly_credit_budget, month_spent(settings)),
    )
    for whose, budget, spent in budgets:
        if budget is not None and spent + needed > budget:
            message = f"{spent} of the {budget} credits of the {whose} budget are spent, and this would cost {needed}."
            found.append(RunWarning(BudgetReached.code, message))
    return found
