"""A site's keywords: the list with its filters, adding one, and what is done to many at once."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.auth.selectors import sector_list
from igny8_core.common.errors import DomainError
from igny8_core.console.base import SiteActionView, SitePageView, ids_chosen
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import FilterForm, choice, ordering, page_number
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import Intent, KeywordStatus
from igny8_core.modules.planner.selectors import KEYWORD_ORDERINGS, keyword_list, planner_counts
from igny8_core.modules.planner.types import KeywordQuery
from igny8_core.tenancy.context import tenant_transaction

DEFAULT_ORDER = "-volume"


class KeywordFilterForm(FilterForm):
    """What the list can be narrowed by."""

    status = choice(gettext_lazy("Any status"), KeywordStatus.choices)
    intent = choice(gettext_lazy("Any intent"), Intent.choices)
    sector_id = choice(gettext_lazy("Any sector"), [])
    volume_min = forms.IntegerField(
        label=gettext_lazy("Searches from"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
        widget=forms.NumberInput(attrs={"placeholder": gettext_lazy("Searches from"), "size": 11}),
    )
    difficulty_max = forms.IntegerField(
        label=gettext_lazy("Difficulty to"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"placeholder": gettext_lazy("Difficulty to"), "size": 11}),
    )
    is_unclustered = forms.BooleanField(label=gettext_lazy("Without a cluster"), required=False)

    def values(self) -> dict[str, Any]:
        """An unticked box does not narrow."""
        return {name: value for name, value in super().values().items() if value is not False}


class KeywordForm(ConsoleForm):
    """One keyword, typed by hand."""

    text = forms.CharField(label=gettext_lazy("Keyword"), max_length=200)
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=2, required=False, help_text=gettext_lazy("Two letters.")
    )


class KeywordsView(SitePageView):
    """The list, and adding one by hand."""

    room, section = "planner", "keywords"
    operations: ClassVar[Mapping[str, str]] = {"GET": "keyword_list", "POST": "keyword_create"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of keywords."""
        return self.show(KeywordForm())

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Add one."""
        form = KeywordForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            with tenant_transaction():  # a refusal takes back this much, and the page can still be read
                row = services.keyword_create(site=self.site, **form.cleaned_data)
        except DomainError as error:
            form.add_error("text", error.message)
            return self.show(form, status=400)
        return self.done(_("“%(text)s” is added.") % {"text": row.text}, request.get_full_path())

    def show(self, form: KeywordForm, *, status: int = 200) -> HttpResponse:
        """The list around a form."""
        request = self.request
        sectors = [(str(sector.pk), sector.name) for sector in sector_list(self.site.pk)]
        filters = KeywordFilterForm.of(request, sector_id=sectors)
        order = ordering(request, KEYWORD_ORDERINGS, DEFAULT_ORDER)
        query = KeywordQuery(site_id=self.site.pk, ordering=order, **filters.values())
        page = keyword_list(query, number=page_number(request))
        values = {
            "filters": filters,
            "form": form,
            "page": page,
            "ordering": order,
            "statuses": [(one.value, one.label) for one in (KeywordStatus.NEW, KeywordStatus.ARCHIVED)],
            "has_any": bool(page.rows) or planner_counts(self.site.pk).keywords > 0,
            "may_change": self.may("planner_keyword_bulk_status"),
            "may_add": self.may("planner_keyword_create"),
            "may_import": self.may("planner_import_create"),
            "may_cluster": self.may("planner_cluster_run"),
        }
        return self.page("keywords/list.html", values, status=status)


class KeywordsStatusView(SiteActionView):
    """Archive keywords, or take them back."""

    room, back_to = "planner", "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_bulk_status"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "keyword"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Set the status of the chosen ones, all or none."""
        wanted = request.POST.get("status", "")
        status = KeywordStatus.ARCHIVED if wanted == KeywordStatus.ARCHIVED else KeywordStatus.NEW
        n = services.keywords_set_status(ids_chosen(request), status=status)
        text = ngettext("%(n)s keyword is now “%(status)s”.", "%(n)s keywords are now “%(status)s”.", n)
        return self.done(text % {"n": n, "status": status.label.lower()}, self.back())


class ClusterRunView(SiteActionView):
    """Group keywords into clusters."""

    room, back_to = "planner", "console:map"
    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_run"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the job."""
        services.cluster_start(site_id=site_id)
        return self.done(
            _("The keywords are being grouped."), reverse("console:map", kwargs={"site_id": site_id})
        )
