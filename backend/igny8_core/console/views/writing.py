"""The list of writing tasks, and having some of them written."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import ngettext

from igny8_core.console.base import SiteActionView, SitePageView, ids_chosen
from igny8_core.console.forms_writing import TaskFilterForm
from igny8_core.console.lists import page_number
from igny8_core.modules.optimizer.selectors import score_points
from igny8_core.modules.planner.selectors import planner_counts
from igny8_core.modules.system.selectors import jobs_active
from igny8_core.modules.writer import services
from igny8_core.modules.writer.selectors import task_list, tasks_estimate, writer_counts
from igny8_core.modules.writer.types import TaskQuery

JOB = "writer.write_article"


class WritingView(SitePageView):
    """The tasks, newest first, with what became of each."""

    room, section = "writer", "writing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "task_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of tasks; those at work are asked for again while it is open."""
        filters = TaskFilterForm.of(request)
        page = task_list(TaskQuery(site_id=site_id, **filters.values()), number=page_number(request))
        jobs = jobs_active(JOB, (row.id for row in page.rows))
        values = {
            "filters": filters,
            "page": page,
            "jobs": jobs,
            "polled": [str(row.id) for row in page.rows if str(row.id) in jobs],
            "scores": score_points(row.article_id for row in page.rows if row.article_id is not None),
            "counts": writer_counts(site_id),
            "plan": planner_counts(site_id),
            "may_write": self.may("writer_task_write"),
        }
        return self.page("writing/list.html", values)


class TasksWriteView(SiteActionView):
    """Have tasks written: first what it costs, then the jobs."""

    room, back_to, section = "writer", "console:writing", "writing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "task_write"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "writingtask", "only": "writingtask"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Show the price; with `confirmed` start."""
        ids = ids_chosen(request)
        if "confirmed" not in request.POST:
            return self.page("writing/start.html", {"ids": ids, "estimate": tasks_estimate(ids)})
        n = services.tasks_write_start(ids)
        text = ngettext("%(n)s article is being written.", "%(n)s articles are being written.", n)
        return self.done(text % {"n": n}, reverse("console:writing", kwargs={"site_id": site_id}))
