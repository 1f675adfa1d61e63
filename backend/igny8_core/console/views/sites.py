"""Adding a site, and what a site is and how it speaks."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.auth import services as identity
from igny8_core.auth.selectors import sector_list
from igny8_core.common.errors import DomainError
from igny8_core.console.base import PageView, SiteActionView, SitePageView
from igny8_core.console.forms import ConsoleForm
from igny8_core.modules.system import services
from igny8_core.modules.system.selectors import brand_profile_get
from igny8_core.modules.system.types import BrandProfileView
from igny8_core.tenancy.context import tenant_transaction

LANGUAGES = [
    ("en", gettext_lazy("English")),
    ("de", gettext_lazy("German")),
    ("es", gettext_lazy("Spanish")),
    ("fr", gettext_lazy("French")),
    ("it", gettext_lazy("Italian")),
    ("pt", gettext_lazy("Portuguese")),
]


class SiteForm(ConsoleForm):
    """A site that one writes for."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    domain = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=253,
        widget=forms.TextInput(attrs={"placeholder": "blog.example"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)

    def clean_domain(self) -> str:
        """A bare domain, whatever of an address was pasted around it."""
        text = str(self.cleaned_data["domain"]).strip().lower()
        return text.partition("://")[2].partition("/")[0] if "://" in text else text.partition("/")[0]


class BrandForm(ConsoleForm):
    """How the site speaks: every article is written by it."""

    voice = forms.CharField(
        label=gettext_lazy("Voice"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    audience = forms.CharField(
        label=gettext_lazy("Audience"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    call_to_action = forms.CharField(label=gettext_lazy("Call to action"), max_length=300, required=False)
    banned = forms.CharField(
        label=gettext_lazy("Never say"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A phrase on each line; a draft that says one is written again."),
    )
    brands = forms.CharField(
        label=gettext_lazy("Brand names"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "A name on each line, yours and others’; keywords with one of them count as branded."
        ),
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    example_text = forms.CharField(
        label=gettext_lazy("A text that sounds right"),
        max_length=6000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    brand_version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, brand: BrandProfileView) -> "BrandForm":
        """The form of a profile as it is."""
        initial = {name: getattr(brand, name, "") for name in cls.base_fields}
        lists = {"banned": "\n".join(brand.banned_phrases), "brands": "\n".join(brand.brand_terms)}
        return cls(initial={**initial, **lists, "brand_version": brand.version})

    def changes(self) -> dict[str, Any]:
        """What the service takes."""
        data = dict(self.cleaned_data)
        data["banned_phrases"] = data.pop("banned").splitlines()
        data["brand_terms"] = data.pop("brands").splitlines()
        data["expected_version"] = data.pop("brand_version")
        return data


class SiteNewView(PageView):
    """Add a site."""

    room, section = "account", "home"
    operations: ClassVar[Mapping[str, str]] = {"GET": "site_list", "POST": "site_create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.show(SiteForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add it, and go to its keywords."""
        form = SiteForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            with tenant_transaction():
                site = identity.site_create(**form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            return self.show(form, status=400)
        names = {"site_id": site.pk}
        return self.done(
            _("“%(name)s” is added.") % {"name": site.name}, reverse("console:keywords", kwargs=names)
        )

    def show(self, form: SiteForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        values = {"form": form, "may_add": self.may("account_site_create")}
        return self.page("sites/new.html", values, status=status)


class SiteSettingsView(SitePageView):
    """What a site is: name, domain, language, sectors, and how it speaks."""

    room, section = "account", "settings"
    operations: ClassVar[Mapping[str, str]] = {"GET": "site_retrieve", "POST": "site_partial_update"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The page."""
        initial = {name: getattr(self.site, name) for name in SiteForm.base_fields}
        return show(self, site_form=SiteForm(initial=initial))

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Change the site."""
        form = SiteForm(request.POST)
        if not form.is_valid():
            return show(self, site_form=form, status=400)
        try:
            with tenant_transaction():
                identity.site_update(self.site, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            return show(self, site_form=form, status=400)
        return self.done(_("The site is saved."), request.path)


class SiteBrandView(SitePageView):
    """How a site speaks."""

    room, section = "system", "settings"
    operations: ClassVar[Mapping[str, str]] = {"POST": "brand_profile_change"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Set it as a whole, unless somebody else did meanwhile."""
        form = BrandForm(request.POST)
        if not form.is_valid():
            return show(self, brand_form=form, status=400)
        try:
            with tenant_transaction():
                services.brand_profile_set(site_id, **form.changes())
        except DomainError as error:
            form.refuse(error)
            return show(self, brand_form=form, status=400)
        address = reverse("console:settings", kwargs={"site_id": site_id})
        return self.done(_("From now on articles are written so."), address)


def show(
    view: SitePageView,
    *,
    site_form: SiteForm | None = None,
    brand_form: BrandForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The settings page around the forms, one of them as it was sent."""
    site = view.site
    values = {
        "site_form": site_form or SiteForm(initial={n: getattr(site, n) for n in SiteForm.base_fields}),
        "brand_form": brand_form or BrandForm.of(brand_profile_get(site.pk)),
        "sectors": sector_list(site.pk),
        "may_change": view.may("account_site_partial_update"),
        "may_speak": view.may("system_brand_profile_change"),
    }
    return view.page("sites/settings.html", values, status=status)


class SectorNewView(SiteActionView):
    """Add a sector to a site."""

    room, back_to = "account", "console:settings"
    operations: ClassVar[Mapping[str, str]] = {"POST": "sector_create"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Add it."""
        name = request.POST.get("name", "").strip()[:120]
        if not name:
            return self.done(_("Give the sector a name."), self.back(), level=messages.ERROR)
        sector = identity.sector_create(site=self.site, name=name)
        return self.done(_("“%(name)s” is added.") % {"name": sector.name}, self.back())
