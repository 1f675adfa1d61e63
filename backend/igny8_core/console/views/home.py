"""The start page: what waits for somebody, how far the site is from keywords to posts, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from igny8_core.common.clock import utc_now
from igny8_core.console.attention import needs_of
from igny8_core.console.base import PageView, SitePageView
from igny8_core.modules.billing.selectors import credits_by_day
from igny8_core.modules.planner.selectors import planner_counts
from igny8_core.modules.planner.types import PlannerCounts
from igny8_core.modules.publisher.selectors import publisher_counts
from igny8_core.modules.publisher.types import PublisherCounts
from igny8_core.modules.writer.selectors import writer_counts
from igny8_core.modules.writer.types import WriterCounts

DAYS = 30


class HomeView(PageView):
    """Goes on to the person's first site, or teaches the first step."""

    room = "account"
    operations: ClassVar[Mapping[str, str]] = {"GET": "site_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The first site's home."""
        if self.shell.site is None:
            return self.page("home_empty.html", {"may_add": self.may("account_site_create")})
        return HttpResponseRedirect(reverse("console:site_home", kwargs={"site_id": self.shell.site.pk}))


class SiteHomeView(SitePageView):
    """One site at a glance."""

    room, section = "planner", "home"
    operations: ClassVar[Mapping[str, str]] = {"GET": "keyword_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """What waits, the funnel, the output by day."""
        plan, written = planner_counts(site_id), writer_counts(site_id)
        posts = publisher_counts(site_id, days=DAYS)
        spent = every_day(dict(credits_by_day(days=DAYS, site_id=site_id)), days=DAYS)
        funnel = _funnel(site_id, plan=plan, written=written, posts=posts)
        values = {
            "funnel": funnel,
            "funnel_top": max(step.count for step in funnel),
            "posts": posts,
            "needs": needs_of(self.site, shell=self.shell, plan=plan, written=written, posts=posts),
            "output": every_day(dict(posts.published_by_day), days=DAYS),
            "spent": spent,
            "spent_total": sum(credits for _day, credits in spent),
        }
        return self.page("home.html", values)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel, with the page of its rows."""

    title: str
    count: int
    url: str


def _funnel(
    site_id: UUID, *, plan: PlannerCounts, written: WriterCounts, posts: PublisherCounts
) -> list[Step]:
    steps = (
        (_("Keywords"), plan.keywords, "keywords"),
        (_("Clusters"), plan.clusters, "map"),
        (_("Ideas"), plan.ideas, "ideas"),
        (_("Articles"), written.articles, "writing"),
        (_("Posts"), posts.published, "publishing"),
    )
    return [
        Step(title, count, reverse(f"console:{name}", kwargs={"site_id": site_id}))
        for title, count, name in steps
    ]


def every_day(values: Mapping[date, float], *, days: int) -> list[tuple[date, float]]:
    """A value for each of the last `days` days in UTC, today last; nothing counts as 0."""
    today = utc_now().astimezone(UTC).date()
    span = [today - timedelta(days=ago) for ago in range(days - 1, -1, -1)]
    return [(day, values.get(day, 0)) for day in span]
