"""A site's keywords: the list with its filters, adding one, and what is done to many at once."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.auth.selectors import sector_list
from igny8_core.common.errors import DomainError
from igny8_core.console.base import SiteActionView, SitePageView, id_of, ids_chosen
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.jobs import JobPageView
from igny8_core.console.lists import FilterForm, choice, ordering, page_number
from igny8_core.console.undo import undo_keep, undo_take
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import Intent, KeywordStatus
from igny8_core.modules.planner.selectors import (
    KEYWORD_ORDERINGS,
    keyword_list,
    keyword_statuses,
    planner_counts,
)
from igny8_core.modules.planner.types import KeywordQuery
from igny8_core.modules.system.selectors import industry_list
from igny8_core.tenancy.context import tenant_transaction

DEFAULT_ORDER = "-volume"
_AS_THE_API_ASKS = {
    "sector_id": {},
    "is_unclustered": {"has_cluster": "false"},
    "is_set_aside": {"has_cluster": "false", "cluster_source": "human"},
    "is_head": {"is_variant": "false"},
}


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
    brand = choice(
        gettext_lazy("Branded or not"),
        [("yes", gettext_lazy("Branded")), ("no", gettext_lazy("Not branded"))],
    )
    is_head = forms.BooleanField(label=gettext_lazy("Without near duplicates"), required=False)
    is_unclustered = forms.BooleanField(label=gettext_lazy("Without a cluster"), required=False)
    is_set_aside = forms.BooleanField(label=gettext_lazy("Set aside"), required=False)

    variant_of = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """An unticked box does not narrow."""
        values = {name: value for name, value in super().values().items() if value is not False}
        if brand := values.pop("brand", None):
            values["is_branded"] = brand == "yes"
        return values


class KeywordForm(ConsoleForm):
    """One keyword, typed by hand."""

    text = forms.CharField(label=gettext_lazy("Keyword"), max_length=200)
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=2, required=False, help_text=gettext_lazy("Two letters.")
    )


class KeywordsView(JobPageView):
    """The list, and adding one by hand."""

    room, section = "planner", "keywords"
    kinds = ("planner.import_keywords", "planner.cluster_keywords")
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
            "has_any": bool(page.rows) or planner_counts(self.site.pk).keywords > 0,
            "may_change": self.may("planner_keyword_bulk_status"),
            "may_add": self.may("planner_keyword_create"),
            "may_delete": self.may("planner_keyword_destroy"),
            "may_move": self.may("planner_keyword_move"),
            "may_import": self.may("planner_import_create"),
            "may_seed": self.may("planner_keyword_seed"),
            "may_cluster": self.may("planner_cluster_run"),
            "may_export": self.may("planner_keyword_export"),
            "export_query": _export_query(self.site.pk, filters.values()),
        }
        return self.page("keywords/list.html", values, status=status)


def _export_query(site_id: UUID, values: dict[str, Any]) -> str:
    """The list's filters as the API's exports take them."""
    asked = {"site": str(site_id)}
    for name, value in values.items():
        asked |= _AS_THE_API_ASKS.get(name, {name: str(value).lower()})
    if sector_id := values.get("sector_id"):
        asked["sector"] = sector_id
    return urlencode(asked)


class KeywordsStatusView(SiteActionView):
    """Archive keywords, or take them out of the archive."""

    room, back_to = "planner", "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_bulk_status"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "keyword"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Change the chosen ones, all or none."""
        ids = ids_chosen(request)
        before = keyword_statuses(ids)
        if request.POST.get("status") == KeywordStatus.ARCHIVED:
            n = services.keywords_set_status(ids, status=KeywordStatus.ARCHIVED)
            text = ngettext("%(n)s keyword is archived.", "%(n)s keywords are archived.", n)
        else:
            n = services.keywords_unarchive(ids)
            text = ngettext(
                "%(n)s keyword is no longer archived.", "%(n)s keywords are no longer archived.", n
            )
        undo = {"site_id": site_id, "undo_id": undo_keep(request, before)}
        return self.done(text % {"n": n}, self.back(), undo=reverse("console:keywords_undo", kwargs=undo))


class KeywordsUndoView(SiteActionView):
    """Give keywords the statuses back that they had."""

    room, back_to = "planner", "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_bulk_status"}

    def post(self, request: HttpRequest, site_id: UUID, undo_id: UUID) -> HttpResponseBase:
        """Take it back, all or none."""
        services.keywords_put_back(undo_take(request, undo_id))
        return self.done(_("Everything is as it was."), self.back())


class KeywordsDeleteView(SiteActionView):
    """Delete keywords."""

    room, back_to = "planner", "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_destroy"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "keyword"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Delete the chosen ones, all or none."""
        ids = ids_chosen(request)
        before = keyword_statuses(ids)
        n = services.keywords_delete(ids)
        text = ngettext("%(n)s keyword is deleted.", "%(n)s keywords are deleted.", n)
        undo = {"site_id": site_id, "undo_id": undo_keep(request, before)}
        return self.done(text % {"n": n}, self.back(), undo=reverse("console:keywords_restore", kwargs=undo))


class KeywordsRestoreView(SiteActionView):
    """Bring deleted keywords back."""

    room, back_to = "planner", "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_restore"}

    def post(self, request: HttpRequest, site_id: UUID, undo_id: UUID) -> HttpResponseBase:
        """Bring them back, all or none."""
        n = services.keywords_restore(list(undo_take(request, undo_id)))
        text = ngettext("%(n)s keyword is back.", "%(n)s keywords are back.", n)
        return self.done(text % {"n": n}, self.back())


class SeedForm(ConsoleForm):
    """A sector of the catalogue, and the site's sector that gets its keywords."""

    seed = forms.ChoiceField(label=gettext_lazy("Field of business"))
    sector_id = forms.ChoiceField(label=gettext_lazy("Sector of this site"), required=False)

    def __init__(self, *args: Any, sectors: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seed, sector = self.fields["seed"], self.fields["sector_id"]
        assert isinstance(seed, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(sector, forms.ChoiceField)  # noqa: S101 - declared above
        label = _("%(name)s, %(n)s keywords")
        groups = [
            (
                industry.name,
                [
                    (f"{industry.slug}/{one.slug}", label % {"name": one.name, "n": len(one.keywords)})
                    for one in industry.sectors
                ],
            )
            for industry in industry_list()
        ]
        seed.choices = [("", _("Choose one")), *groups]
        sector.choices = [("", _("None in particular")), *sectors]


class SeedsView(SitePageView):
    """Begin with the catalogue's keywords for a field of business."""

    room, section = "planner", "keywords"
    operations: ClassVar[Mapping[str, str]] = {"GET": "keyword_list", "POST": "keyword_seed"}
    form_ids: ClassVar[Mapping[str, str]] = {"sector_id": "sector"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The form."""
        return self.show(SeedForm(sectors=self.sectors()))

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Add the keywords that are not there yet."""
        form = SeedForm(request.POST, sectors=self.sectors())
        if not form.is_valid():
            return self.show(form, status=400)
        industry, _slash, slug = form.cleaned_data["seed"].partition("/")
        sector = form.cleaned_data["sector_id"]
        try:
            with tenant_transaction():  # a refusal takes back this much, and the page can still be read
                report = services.keywords_seed(
                    site_id=site_id,
                    industry=industry,
                    sector_slug=slug,
                    sector_id=id_of(sector) if sector else None,
                )
        except DomainError as error:
            form.add_error("seed", error.message)
            return self.show(form, status=400)
        text = _("%(added)s keywords are added; %(existing)s were there already.")
        values = {"added": report.added, "existing": report.existing}
        return self.done(text % values, reverse("console:keywords", kwargs={"site_id": site_id}))

    def sectors(self) -> list[tuple[str, str]]:
        """The site's sectors as choices."""
        return [(str(sector.pk), sector.name) for sector in sector_list(self.site.pk)]

    def show(self, form: SeedForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        values = {"form": form, "may_seed": self.may("planner_keyword_seed")}
        return self.page("keywords/seeds.html", values, status=status)
