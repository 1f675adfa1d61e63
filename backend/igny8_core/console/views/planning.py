"""The ideas that come of a site's clusters, and what is decided about them."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.common.errors import NotFound
from igny8_core.console.base import SiteActionView, SitePageView, ids_chosen
from igny8_core.console.jobs import JobPageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.console.undo import undo_keep, undo_take
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import IdeaKind, IdeaState
from igny8_core.modules.planner.errors import IdeaDuplicates
from igny8_core.modules.planner.ideation.scoring import score_lines
from igny8_core.modules.planner.selectors import (
    findings_of,
    idea_brief_get,
    idea_conflicts,
    idea_get,
    idea_list,
    idea_states,
    planner_counts,
)
from igny8_core.modules.planner.types import IdeaQuery
from igny8_core.modules.writer import services as writer
from igny8_core.modules.writer.selectors import article_estimate

WRITABLE = (IdeaState.NEW, IdeaState.ACCEPTED, IdeaState.FAILED)
TAKEN_BACK = (
    IdeaState.NEW,
    IdeaState.ACCEPTED,
    IdeaState.REJECTED,
)  # states that a decision can be undone to


class IdeaFilterForm(FilterForm):
    """What the ideas can be narrowed by."""

    kind = choice(gettext_lazy("Any kind"), IdeaKind.choices)
    state = choice(gettext_lazy("Any state"), IdeaState.choices)
    score_min = forms.FloatField(
        label=gettext_lazy("Score from"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"placeholder": gettext_lazy("Score from"), "size": 10}),
    )


class IdeasView(JobPageView):
    """The ideas, best first."""

    room, section = "planner", "ideas"
    kinds = ("planner.generate_ideas",)
    operations: ClassVar[Mapping[str, str]] = {"GET": "idea_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of ideas."""
        filters = IdeaFilterForm.of(request)
        page = idea_list(IdeaQuery(site_id=site_id, **filters.values()), number=page_number(request))
        counts = planner_counts(site_id)
        values = {
            "filters": filters,
            "page": page,
            "answered": {one.idea_id for one in idea_conflicts([row.id for row in page.rows])},
            "counts": counts,
            "may_decide": self.may("planner_idea_bulk_accept"),
            "may_find": self.may("planner_idea_generate"),
        }
        return self.page("planning/ideas.html", values)


class IdeaView(SitePageView):
    """One idea with its brief."""

    room, section = "planner", "ideas"
    operations: ClassVar[Mapping[str, str]] = {"GET": "idea_retrieve"}

    def get(self, request: HttpRequest, site_id: UUID, idea_id: UUID) -> HttpResponse:
        """The page."""
        brief = idea_brief_get(idea_id)
        if brief.site_id != site_id:
            raise NotFound
        idea = idea_get(idea_id)
        can_be_written = bool(brief.outline) and idea.state in WRITABLE and idea.page_id is None
        values = {
            "idea": idea,
            "conflicts": idea_conflicts([idea_id]) if idea.state in WRITABLE else [],
            "findings": findings_of(idea_id=idea_id),
            "lines": score_lines(brief.score_parts),
            "brief": brief,
            "estimate": article_estimate(idea_id) if can_be_written else None,
            "may_decide": self.may("planner_idea_accept"),
            "may_write": self.may("writer_task_write"),
        }
        return self.page("planning/idea.html", values)


class IdeaWriteView(SiteActionView):
    """Have an idea's article written at once."""

    room, back_to = "writer", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "task_write"}

    def post(self, request: HttpRequest, site_id: UUID, idea_id: UUID) -> HttpResponseBase:
        """Make its task, and the job that writes it; twice is once."""
        if idea_brief_get(idea_id).site_id != site_id:
            raise NotFound
        job = writer.task_write_start(writer.task_create(idea_id))
        return self.done(
            _("The article is being written."), reverse("console:job", kwargs={"job_id": job.pk})
        )


class IdeasDecideView(SiteActionView):
    """Accept or reject ideas, one or many, all or none."""

    room, back_to = "planner", "console:ideas"
    form_ids: ClassVar[Mapping[str, str]] = {"id": "contentidea"}
    is_accepted: ClassVar[bool]

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Decide."""
        ids = ids_chosen(request)
        before = idea_states(ids)
        is_confirmed = "is_confirmed" in request.POST
        try:
            n = services.ideas_decide(ids, is_accepted=self.is_accepted, is_confirmed=is_confirmed)
        except IdeaDuplicates as refusal:
            values = {"conflicts": refusal.conflicts, "ids": ids, "next": self.back()}
            return self.page("planning/confirm.html", values, status=409)
        if self.is_accepted:
            text = ngettext("%(n)s idea is accepted.", "%(n)s ideas are accepted.", n)
        else:
            text = ngettext("%(n)s idea is rejected.", "%(n)s ideas are rejected.", n)
        undo = ""
        if all(state in TAKEN_BACK for state in before.values()):
            names = {"site_id": site_id, "undo_id": undo_keep(request, before)}
            undo = reverse("console:ideas_undo", kwargs=names)
        return self.done(text % {"n": n}, self.back(), undo=undo)


class IdeaDoneView(SiteActionView):
    """Say that a page was improved as an idea asked."""

    room, back_to = "planner", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_complete"}

    def post(self, request: HttpRequest, site_id: UUID, idea_id: UUID) -> HttpResponseBase:
        """Complete it."""
        if idea_brief_get(idea_id).site_id != site_id:
            raise NotFound
        services.idea_done(idea_id)
        return self.done(_("The page is improved."), self.back())


class IdeasUndoView(SiteActionView):
    """Take decisions on ideas back."""

    room, back_to = "planner", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_bulk_accept"}

    def post(self, request: HttpRequest, site_id: UUID, undo_id: UUID) -> HttpResponseBase:
        """Give them the states that they had, all or none."""
        before = undo_take(request, undo_id)
        services.ideas_put_back({idea_id: IdeaState(state) for idea_id, state in before.items()})
        return self.done(_("Everything is as it was."), self.back())


class IdeasAcceptView(IdeasDecideView):
    """Accept."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_bulk_accept"}
    is_accepted = True


class IdeasRejectView(IdeasDecideView):
    """Reject."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_bulk_reject"}
    is_accepted = False


class IdeasFindView(SiteActionView):
    """Look for ideas in the clusters."""

    room, back_to = "planner", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_generate"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the job."""
        services.ideas_start(site_id=site_id)
        return self.done(
            _("We are looking for ideas in your clusters."),
            reverse("console:ideas", kwargs={"site_id": site_id}),
        )
