"""What a run may still spend, asked before an article is begun and never within one; it must never move credits."""

from uuid import UUID

from django.db.models import Sum

from igny8_core.common.clock import utc_now
from igny8_core.modules.automation.errors import BudgetReached
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.schedule import month_start
from igny8_core.modules.automation.selectors import settings_get
from igny8_core.modules.automation.types import SettingsView
from igny8_core.modules.billing.services import article_price
from igny8_core.modules.planner.types import IdeaBrief


def brief_price(brief: IdeaBrief) -> int:
    """The credits that will be held for an idea's article: its sections, priced as each is when it is written."""
    return article_price(section.target_words for section in brief.outline)


def run_spent(run_id: UUID) -> int:
    """What a run was charged: its items keep it from the transaction that found their article stored and paid."""
    return _sum(RunItem.objects.filter(run_id=run_id))


def month_spent(settings: SettingsView) -> int:
    """What the site's runs were charged in this calendar month of its time zone."""
    since = month_start(utc_now(), time_zone=settings.time_zone)
    return _sum(RunItem.objects.filter(site_id=settings.site_id, written_at__gte=since))


def _sum(items: object) -> int:
    total: int = items.aggregate(total=Sum("credits", default=0))["total"]  # type: ignore[attr-defined]  # a queryset
    return total


def run_budget_require(run: PipelineRun, *, price: int) -> None:
    """Raise BudgetReached unless an article of this price fits into the run's and the month's budget."""
    if run.credit_budget is not None:
        _require("run's", run.credit_budget, spent=run_spent(run.pk), price=price)
    month_budget_require(run.site_id, price=price)


def month_budget_require(site_id: UUID, *, price: int = 1) -> None:
    """Raise BudgetReached unless so many credits fit into what the site may spend this month."""
    settings = settings_get(site_id)
    if settings.monthly_credit_budget is not None:
        _require("month's", settings.monthly_credit_budget, spent=month_spent(settings), price=price)


def _require(whose: str, budget: int, *, spent: int, price: int) -> None:
    if spent + price > budget:
        raise BudgetReached(whose=whose, budget=budget, spent=spent, price=price)
