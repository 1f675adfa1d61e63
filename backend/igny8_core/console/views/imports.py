"""Bringing keywords in from a file: look at it, start it, follow it, and what became of earlier ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.auth.selectors import sector_list
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.console.base import SiteActionView, id_of
from igny8_core.console.columns import column_lines, field_choices
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.jobs import JobPageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.billing.selectors import plan_get, price_list
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import ImportState
from igny8_core.modules.planner.selectors import keyword_import_get, keyword_import_list, keyword_total
from igny8_core.modules.planner.types import ImportDetail
from igny8_core.modules.system.selectors import job_get
from igny8_core.modules.system.types import JobView
from igny8_core.tenancy.context import tenant_transaction

SHOWN_REJECTS = 200


class ImportForm(ConsoleForm):
    """A file of a keyword tool, and the sector that its keywords belong to."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.zip,.json"}),
        help_text=gettext_lazy(
            "CSV, TSV, Excel, JSON or a ZIP of these, at most 200 MB. Nothing is imported before you have looked at it."
        ),
    )
    sector_id = forms.ChoiceField(label=gettext_lazy("Sector"), required=False)


class ImportFilterForm(FilterForm):
    """Imports by state."""

    search = None  # type: ignore[assignment]  # Django takes a field out of a form this way
    state = choice(gettext_lazy("Any state"), ImportState.choices)


class ImportsView(JobPageView):
    """Upload a file; below, what was uploaded before."""

    room, section = "planner", "keywords"
    kinds = ("planner.import_keywords",)
    operations: ClassVar[Mapping[str, str]] = {"GET": "import_list", "POST": "import_create"}
    form_ids: ClassVar[Mapping[str, str]] = {"sector_id": "sector"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The form, and the imports."""
        return self.show(self.form())

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Look at a file, and go on to what it holds."""
        form = self.form(request)
        if not form.is_valid():
            return self.show(form, status=400)
        sector, file = form.cleaned_data["sector_id"], form.cleaned_data["file"]
        try:
            with tenant_transaction():  # a refusal takes back this much, and the page can still be read
                row = services.keyword_import_preview(
                    site_id=site_id,
                    sector_id=id_of(sector) if sector else None,
                    filename=file.name,
                    content=file,
                )
        except DomainError as error:
            form.add_error("file", error.message)
            return self.show(form, status=400)
        return HttpResponseRedirect(import_address(site_id, row.pk))

    def form(self, request: HttpRequest | None = None) -> ImportForm:
        """The form with the site's sectors."""
        form = ImportForm(request.POST, request.FILES) if request else ImportForm()
        field = form.fields["sector_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - the form declares it so
        sectors = [(str(sector.pk), sector.name) for sector in sector_list(self.site.pk)]
        field.choices = [("", _("None in particular")), *sectors]
        return form

    def show(self, form: ImportForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        filters = ImportFilterForm.of(self.request)
        number = page_number(self.request)
        values = {
            "form": form,
            "filters": filters,
            "page": keyword_import_list(self.site.pk, number=number, **filters.values()),
            "may_import": self.may("planner_import_create"),
        }
        return self.page("imports/list.html", values, status=status)


class ImportView(JobPageView):
    """One import: what the file holds, how far it is, what came of it."""

    room, section = "planner", "keywords"
    operations: ClassVar[Mapping[str, str]] = {"GET": "import_retrieve"}

    detail: ImportDetail

    def begin(self, **kwargs: Any) -> None:
        """The import of the address, whose job is read before its report; raises NotFound."""
        super().begin(**kwargs)
        self.detail = import_of(self.site.pk, kwargs["import_id"])

    def job(self) -> JobView | None:
        """The job that imports it, if there is one."""
        job_id = import_of(self.site.pk, self.kwargs["import_id"]).row.job_id
        with suppress(NotFound):
            return job_get(job_id) if job_id else None
        return None

    def get(self, request: HttpRequest, site_id: UUID, import_id: UUID) -> HttpResponse:
        """The page."""
        return self.show()

    def show(
        self, *, chosen: Sequence[str] = (), has_header: bool | None = None, complaint: str = ""
    ) -> HttpResponse:
        """The page as it is, or after a refusal with what was chosen and why it cannot be."""
        detail, preview = self.detail, self.detail.preview
        is_open = detail.row.state in (ImportState.UPLOADED, ImportState.RUNNING)
        is_sayable = is_open and detail.row.job_id is None and self.may("planner_import_map")
        values = {
            "row": detail.row,
            "preview": preview,
            "columns": column_lines(preview, chosen) if preview and is_open else (),
            "fields": field_choices(preview) if preview and is_sayable else (),
            "has_header": preview is None or preview.has_header if has_header is None else has_header,
            "complaint": complaint,
            "rejects": detail.rejects[:SHOWN_REJECTS],
            "reasons": Counter(reject.reason for reject in detail.rejects).most_common(),
            "is_open": is_open,
            "room": max(plan_get().limits.max_keywords - keyword_total(), 0) if is_open else 0,
            "section_price": next(one for one in price_list() if one.operation == "writer.section"),
            "may_import": self.may("planner_import_start"),
            "may_cluster": self.may("planner_cluster_run"),
        }
        return self.page("imports/detail.html", values, status=400 if complaint else 200)


class ImportStartView(SiteActionView):
    """Import what was looked at."""

    room, back_to = "planner", "console:imports"
    operations: ClassVar[Mapping[str, str]] = {"POST": "import_start"}

    def post(self, request: HttpRequest, site_id: UUID, import_id: UUID) -> HttpResponseBase:
        """Start the job."""
        row = import_of(site_id, import_id).row
        services.keyword_import_start(import_id)
        text = _("“%(file)s” is being imported.") % {"file": row.filename}
        return self.done(text, import_address(site_id, import_id))


def import_of(site_id: UUID, import_id: UUID) -> ImportDetail:
    """A site's import; raises NotFound, for another site's too."""
    detail = keyword_import_get(import_id)
    if detail.row.site_id != site_id:
        raise NotFound
    return detail


def import_address(site_id: UUID, import_id: UUID) -> str:
    """The page of an import."""
    return reverse("console:import", kwargs={"site_id": site_id, "import_id": import_id})
