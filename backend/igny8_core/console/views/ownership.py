"""The site's pages and the queries they own, and where two things chase one query."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.common.errors import NotFound
from igny8_core.console.base import SiteActionView, SitePageView, id_of, ids_chosen
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.jobs import JobPageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.console.undo import undo_keep, undo_take
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import (
    FindingAction,
    FindingKind,
    FindingState,
    PageSource,
    QuerySource,
)
from igny8_core.modules.planner.selectors import (
    cluster_get,
    finding_counts,
    finding_list,
    finding_states,
    findings_of,
    page_get,
    page_list,
)
from igny8_core.modules.planner.types import FindingQuery, PageQuery, PageRow

LOOK = ("planner.find_conflicts",)
SAID = [one for one in QuerySource.choices if one[0]]


class PageFilterForm(FilterForm):
    """What the pages can be narrowed by."""

    source = choice(gettext_lazy("Any origin"), PageSource.choices)
    query_source = choice(gettext_lazy("Any query"), SAID)
    is_removed = choice(
        gettext_lazy("There or not"), [("0", gettext_lazy("On the site")), ("1", gettext_lazy("Removed"))]
    )


class PageAddForm(ConsoleForm):
    """One page by its address, or many from a sitemap or list."""

    text = forms.CharField(
        label=gettext_lazy("Addresses"),
        widget=forms.Textarea(attrs={"rows": 6}),
        strip=False,
        max_length=2_000_000,
        help_text=gettext_lazy("One address a line, with its title after a comma; or a whole sitemap."),
    )


class PageForm(ConsoleForm):
    """What a person knows better about a page."""

    head_query = forms.CharField(
        label=gettext_lazy("Its query"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Leave it empty for a page that answers no search."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=300)
    is_removed = forms.BooleanField(label=gettext_lazy("No longer on the site"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class PagesView(JobPageView):
    """The pages, those on the site first."""

    room, section, kinds = "planner", "pages", LOOK
    operations: ClassVar[Mapping[str, str]] = {"GET": "page_list", "POST": "page_import_many"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of pages."""
        return self.show(PageAddForm())

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Add pages."""
        form = PageAddForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        report = services.pages_import(site_id=site_id, text=form.cleaned_data["text"])
        added = ngettext("%(n)s page is added.", "%(n)s pages are added.", report.added)
        more = _("%(known)s were known, %(refused)s are no address of this site.")
        told = {"n": report.added, "known": report.known, "refused": report.refused}
        is_plain = not (report.known or report.refused)
        return self.done((added if is_plain else f"{added} {more}") % told, request.path)

    def show(self, form: PageAddForm, *, status: int = 200) -> HttpResponse:
        """The list around a form."""
        filters = PageFilterForm.of(self.request)
        wanted: dict[str, Any] = filters.values()
        if "is_removed" in wanted:
            wanted["is_removed"] = wanted["is_removed"] == "1"
        values = {
            "filters": filters,
            "form": form,
            "page": page_list(PageQuery(site_id=self.site.pk, **wanted), number=page_number(self.request)),
            "findings_open": sum(finding_counts(self.site.pk).values()),
            "may_add": self.may("planner_page_import_many"),
        }
        return self.page("planning/pages.html", values, status=status)


class PageDetailView(SitePageView):
    """One page: its query, what it owns, and what chases the same."""

    room, section = "planner", "pages"
    operations: ClassVar[Mapping[str, str]] = {"GET": "page_retrieve", "POST": "page_partial_update"}

    def get(self, request: HttpRequest, site_id: UUID, page_id: UUID) -> HttpResponse:
        """The page's page."""
        row = self._row(page_id)
        initial = {"head_query": row.head_query, "title": row.title, "version": row.version}
        return self.show(row, PageForm(initial={**initial, "is_removed": row.removed_at is not None}))

    def post(self, request: HttpRequest, site_id: UUID, page_id: UUID) -> HttpResponse:
        """Change it, unless somebody else did meanwhile; a query that stays is not made a person's word."""
        row, form = self._row(page_id), PageForm(request.POST)
        if not form.is_valid():
            return self.show(row, form, status=400)
        said = form.cleaned_data
        services.page_change(
            page_id,
            expected_version=said["version"],
            head_query=said["head_query"] if said["head_query"] != row.head_query else None,
            title=said["title"],
            is_removed=said["is_removed"],
        )
        return self.done(_("The page is saved."), request.path)

    def _row(self, page_id: UUID) -> PageRow:
        row = page_get(page_id)
        if row.site_id != self.site.pk:
            raise NotFound
        return row

    def show(self, row: PageRow, form: PageForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        values = {
            "row": row,
            "form": form,
            "findings": findings_of(page_id=row.id),
            "may_change": self.may("planner_page_partial_update"),
        }
        return self.page("planning/page.html", values, status=status)


class FindingFilterForm(FilterForm):
    """What the findings can be narrowed by."""

    kind = choice(gettext_lazy("Any overlap"), FindingKind.choices)
    action = choice(gettext_lazy("Any proposal"), FindingAction.choices)
    state = choice(gettext_lazy("Open ones"), [one for one in FindingState.choices if one[0] != "open"])


class OverlapsView(JobPageView):
    """Two things on one query, most at stake first."""

    room, section, kinds = "planner", "pages", LOOK
    operations: ClassVar[Mapping[str, str]] = {"GET": "finding_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of findings."""
        filters = FindingFilterForm.of(request)
        wanted = filters.values()
        values = {
            "filters": filters,
            "page": finding_list(FindingQuery(site_id=site_id, **wanted), number=page_number(request)),
            "is_dismissed": wanted.get("state") == FindingState.DISMISSED,
            "has_looked": self.shown is not None,
            "may_look": self.may("planner_finding_look"),
            "may_dismiss": self.may("planner_finding_bulk_dismiss"),
        }
        return self.page("planning/overlaps.html", values)


class OverlapsLookView(SiteActionView):
    """Look for overlaps."""

    room, back_to = "planner", "console:overlaps"
    operations: ClassVar[Mapping[str, str]] = {"POST": "finding_look"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the job."""
        services.findings_start(site_id=site_id)
        to = reverse("console:overlaps", kwargs={"site_id": site_id})
        return self.done(_("We are comparing your ideas and pages."), to)


class OverlapsDecideView(SiteActionView):
    """Dismiss findings, or take dismissals back; all or none."""

    room, back_to = "planner", "console:overlaps"
    form_ids: ClassVar[Mapping[str, str]] = {"id": "planfinding"}
    state: ClassVar[FindingState]

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Decide."""
        ids = ids_chosen(request)
        before = finding_states(ids)
        n = services.findings_put_back(dict.fromkeys(ids, self.state))
        if self.state == FindingState.DISMISSED:
            text = ngettext("%(n)s overlap is dismissed.", "%(n)s overlaps are dismissed.", n)
        else:
            text = ngettext("%(n)s overlap is open again.", "%(n)s overlaps are open again.", n)
        names = {"site_id": site_id, "undo_id": undo_keep(request, before)}
        return self.done(text % {"n": n}, self.back(), undo=reverse("console:overlaps_undo", kwargs=names))


class OverlapsDismissView(OverlapsDecideView):
    """Keep both things."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "finding_bulk_dismiss"}
    state = FindingState.DISMISSED


class OverlapsReopenView(OverlapsDecideView):
    """Take dismissals back."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "finding_bulk_reopen"}
    state = FindingState.OPEN


class OverlapsUndoView(SiteActionView):
    """Take decisions on findings back."""

    room, back_to = "planner", "console:overlaps"
    operations: ClassVar[Mapping[str, str]] = {"POST": "finding_bulk_reopen"}

    def post(self, request: HttpRequest, site_id: UUID, undo_id: UUID) -> HttpResponseBase:
        """Give them the states that they had."""
        before = undo_take(request, undo_id)
        services.findings_put_back({row_id: FindingState(state) for row_id, state in before.items()})
        return self.done(_("Everything is as it was."), self.back())


class ClusterOwnerView(SiteActionView):
    """Say which page owns a cluster's head query."""

    room, back_to = "planner", "console:map"
    form_ids: ClassVar[Mapping[str, str]] = {"page": "sitepage"}
    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_set_owner"}

    def post(self, request: HttpRequest, site_id: UUID, cluster_id: UUID) -> HttpResponseBase:
        """Set it; an empty field says that no page owns it."""
        if cluster_get(cluster_id).site_id != site_id:
            raise NotFound
        text = request.POST.get("page", "")
        services.cluster_owner_set(cluster_id, page_id=id_of(text) if text else None)
        to = reverse("console:cluster", kwargs={"site_id": site_id, "cluster_id": cluster_id})
        return self.done(_("The owner is set."), to)
