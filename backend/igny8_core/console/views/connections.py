"""Where a site's articles are published: connections, and the doctor that says what is wrong with one."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.console.base import SiteActionView
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.jobs import JobPageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.integration import services
from igny8_core.modules.integration.constants import (
    WORDPRESS_MINIMUM_SCORE,
    ConnectionStatus,
    Platform,
)
from igny8_core.modules.integration.selectors import (
    connection_doctor_get,
    destination_page,
    destination_row_get,
    term_list,
)
from igny8_core.modules.integration.types import DestinationRow
from igny8_core.tenancy.context import tenant_transaction


class ConnectForm(ConsoleForm):
    """A WordPress site and a login to it."""

    base_url = forms.CharField(
        label=gettext_lazy("Address of the WordPress site"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://blog.example"}),
    )
    username = forms.CharField(
        label=gettext_lazy("User name there"),
        max_length=120,
        help_text=gettext_lazy("An editor or administrator; an author cannot make categories."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    application_password = forms.CharField(
        label=gettext_lazy("Application password"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy(
            "Made in WordPress under Users, Profile, Application Passwords. Never the login's own."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=gettext_lazy("What you call it"), max_length=120, required=False)
    minimum_score = forms.IntegerField(
        label=gettext_lazy("Minimum score"),
        min_value=0,
        max_value=100,
        required=False,
        initial=WORDPRESS_MINIMUM_SCORE,
        help_text=gettext_lazy("An article that scores less waits for a review. Empty: none does."),
    )


class ChangeForm(ConnectForm):
    """The same for a connection that stands: the password stays unless a new one is given."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application_password"].required = False
        self.fields["application_password"].help_text = _(
            "Only to replace it, or with a new address or user name."
        )


class PreviewForm(ConsoleForm):
    """What can be changed of the built-in preview site."""

    name = forms.CharField(label=gettext_lazy("What you call it"), max_length=120)
    minimum_score = forms.IntegerField(
        label=gettext_lazy("Minimum score"), min_value=0, max_value=100, required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ConnectionFilterForm(FilterForm):
    """Connections by what stands there and how it works."""

    platform = choice(gettext_lazy("Any platform"), Platform.choices)
    status = choice(
        gettext_lazy("Any state"), [*ConnectionStatus.choices, ("paused", gettext_lazy("Paused"))]
    )

    def values(self) -> dict[str, Any]:
        """As the selector takes it."""
        found = super().values()
        if found.get("status") == "paused":
            found["is_paused"] = bool(found.pop("status"))
        return found


class ConnectionsView(JobPageView):
    """The site's destinations; connecting another WordPress."""

    room, section = "integration", "connections"
    kinds = ("integration.check_destinations",)
    operations: ClassVar[Mapping[str, str]] = {"GET": "destination_list", "POST": "destination_create"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The list."""
        return self.show(ConnectForm())

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Connect one; the doctor is asked on its page."""
        form = ConnectForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            with tenant_transaction():
                row = services.destination_wordpress_create(site_id=site_id, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            return self.show(form, status=400)
        names = {"site_id": site_id, "destination_id": row.pk}
        return self.done(
            _("“%(name)s” is connected. Ask the doctor whether everything works.") % {"name": row.name},
            reverse("console:connection", kwargs=names),
        )

    def show(self, form: ConnectForm, *, status: int = 200) -> HttpResponse:
        """The list around a form."""
        filters = ConnectionFilterForm.of(self.request)
        page = destination_page(self.site.pk, number=page_number(self.request), **filters.values())
        values = {
            "form": form,
            "filters": filters,
            "page": page,
            "may_connect": self.may("integration_destination_create"),
            "may_change": self.may("integration_destination_partial_update"),
            "may_check": self.may("integration_destination_check"),
        }
        return self.page("connections/list.html", values, status=status)


class ConnectionView(JobPageView):
    """One destination: the doctor's last findings, its posts and terms, its settings."""

    room, section = "integration", "connections"
    kinds = ("integration.sync_posts", "integration.sync_taxonomies")
    operations: ClassVar[Mapping[str, str]] = {
        "GET": "destination_retrieve",
        "POST": "destination_partial_update",
    }

    def get(self, request: HttpRequest, site_id: UUID, destination_id: UUID) -> HttpResponse:
        """The page."""
        row = connection_of_site(destination_id, site_id)
        kind = ChangeForm if row.platform == "wordpress" else PreviewForm
        initial = {
            name: getattr(row, name, "") for name in kind.base_fields if name != "application_password"
        }
        return self.show(row, kind(initial=initial))

    def post(self, request: HttpRequest, site_id: UUID, destination_id: UUID) -> HttpResponse:
        """Change it, unless somebody else did meanwhile."""
        row = connection_of_site(destination_id, site_id)
        form = ChangeForm(request.POST) if row.platform == "wordpress" else PreviewForm(request.POST)
        if not form.is_valid():
            return self.show(row, form, status=400)
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        if not changes.get("application_password"):
            changes.pop("application_password", None)
        try:
            with tenant_transaction():
                locked = services.destination_for_change(destination_id, expected_version=version)
                services.destination_update(locked, **changes)
        except DomainError as error:
            form.refuse(error)
            return self.show(row, form, status=400)
        return self.done(_("The connection is saved."), request.path)

    def show(self, row: DestinationRow, form: ConsoleForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        is_wordpress = row.platform == "wordpress"
        values = {
            "connection": row,
            "form": form,
            "doctor": connection_doctor_get(row.id),
            "terms": term_list(row.id).rows if is_wordpress else (),
            "is_wordpress": is_wordpress,
            "may_change": self.may("integration_destination_partial_update"),
            "may_check": self.may("integration_destination_check"),
            "may_read_posts": self.may("integration_destination_sync_posts"),
            "may_sync": self.may("integration_destination_sync_taxonomies"),
        }
        return self.page("connections/one.html", values, status=status)


def connection_of_site(destination_id: UUID, site_id: UUID) -> DestinationRow:
    """A destination of this site; raises NotFound."""
    row = destination_row_get(destination_id)
    if row.site_id != site_id:
        raise NotFound
    return row


class ConnectionCheckView(SiteActionView):
    """Ask the doctor."""

    room, back_to = "integration", "console:connections"
    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_check"}
    network = True

    def post(self, request: HttpRequest, site_id: UUID, destination_id: UUID) -> HttpResponseBase:
        """Try the connection; what it finds stands on its page."""
        with tenant_transaction():
            connection_of_site(destination_id, site_id)
        report = services.destination_check(destination_id)
        text = (
            _("Everything that publishing needs works.")
            if report.is_usable
            else _("The doctor found something.")
        )
        names = {"site_id": site_id, "destination_id": destination_id}
        return self.done(text, reverse("console:connection", kwargs=names))


class ConnectionPostsView(SiteActionView):
    """Read the site's posts and pages."""

    room, back_to = "integration", "console:connections"
    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_sync_posts"}

    def post(self, request: HttpRequest, site_id: UUID, destination_id: UUID) -> HttpResponseBase:
        """Start the job."""
        connection_of_site(destination_id, site_id)
        services.posts_sync_start(destination_id)
        return self.done(_("Posts and pages are being read; overlaps are looked for next."), self.back())


class ConnectionSyncView(SiteActionView):
    """Read the site's categories and tags."""

    room, back_to = "integration", "console:connections"
    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_sync_taxonomies"}

    def post(self, request: HttpRequest, site_id: UUID, destination_id: UUID) -> HttpResponseBase:
        """Start the job."""
        connection_of_site(destination_id, site_id)
        services.taxonomies_sync_start(destination_id)
        return self.done(_("Categories and tags are being read."), self.back())


class ConnectionDeleteView(SiteActionView):
    """Disconnect; what stands at the other end stays there."""

    room, back_to = "integration", "console:connections"
    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_destroy"}

    def post(self, request: HttpRequest, site_id: UUID, destination_id: UUID) -> HttpResponseBase:
        """Delete it, with a way back."""
        row = connection_of_site(destination_id, site_id)
        services.destination_delete(services.destination_for_change(destination_id))
        names = {"site_id": site_id, "destination_id": destination_id}
        return self.done(
            _("“%(name)s” is disconnected; its posts stay where they are.") % {"name": row.name},
            reverse("console:connections", kwargs={"site_id": site_id}),
            undo=reverse("console:connection_restore", kwargs=names),
        )


class ConnectionRestoreView(SiteActionView):
    """Connect again what was disconnected."""

    room, back_to = "integration", "console:connections"
    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_restore"}

    def post(self, request: HttpRequest, site_id: UUID, destination_id: UUID) -> HttpResponseBase:
        """Bring it back with its publications."""
        row = services.destination_restore(destination_id)
        if row.site_id != site_id:
            raise NotFound
        return self.done(_("“%(name)s” is connected again.") % {"name": row.name}, self.back())
