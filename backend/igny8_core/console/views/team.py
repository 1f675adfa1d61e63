"""People of the account and whoever is invited to it: their lists, and what is done to one of them."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.auth import services
from igny8_core.auth.models import Role
from igny8_core.auth.selectors import site_list, user_get
from igny8_core.console.base import ActionView, PageView
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.account.constants import ASSIGNABLE_ROLES, InvitationState
from igny8_core.modules.account.selectors import invitation_list, member_get, member_list
from igny8_core.modules.account.types import MemberRow


def site_choices() -> list[tuple[str, str]]:
    """The account's sites as choices."""
    return [(str(site.pk), site.name) for site in site_list()]


class PlacesForm(ConsoleForm):
    """Which sites somebody sees; none chosen means all."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ASSIGNABLE_ROLES)
    site_ids = forms.MultipleChoiceField(
        label=gettext_lazy("Only these sites"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose none for all sites."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site_ids"].choices = site_choices()  # type: ignore[attr-defined]  # a choice field

    def places(self) -> list[UUID]:
        """The chosen sites."""
        return [UUID(text) for text in self.cleaned_data["site_ids"]]


class InviteForm(PlacesForm):
    """Whom to invite."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    field_order = ("email", "role", "site_ids")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, auto_id="invite_%s", **kwargs
        )  # the page's filter by role has an id of its own


# The parts of the area: key, title, route.
_TABS = (
    ("members", gettext_lazy("Members"), "team"),
    ("invitations", gettext_lazy("Invitations"), "team_invitations"),
    ("keys", gettext_lazy("API keys"), "team_keys"),
)


class TeamPageView(PageView):
    """A part of the area under its tab; whoever may see one of them may see all."""

    room, section = "account", "team"
    tab: ClassVar[str] = ""

    def shown(self, template: str, values: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """The page under its tab."""
        tabs = [
            {"title": title, "url": reverse(f"console:{route}"), "is_current": key == self.tab}
            for key, title, route in _TABS
        ]
        return self.page(f"team/{template}.html", {"tabs": tabs, **values}, status=status)


class MemberFilterForm(FilterForm):
    """Members by role and by whether they may sign in."""

    role = choice(gettext_lazy("Any role"), Role.choices)
    state = choice(
        gettext_lazy("Any state"), [("active", gettext_lazy("Active")), ("out", gettext_lazy("Kept out"))]
    )

    def values(self) -> dict[str, Any]:
        """As the selector takes it."""
        found = super().values()
        if "state" in found:
            found["is_active"] = found.pop("state") == "active"
        return found


class TeamView(TeamPageView):
    """Members; inviting somebody."""

    tab = "members"
    operations: ClassVar[Mapping[str, str]] = {"GET": "member_list", "POST": "invitation_create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return self.show(InviteForm(initial={"role": "editor"}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Invite an address."""
        form = InviteForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        places = form.places()
        row = services.invitation_create(
            by=self.principal.user,
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            **({"site_ids": places} if places else {}),
        )
        return self.done(_("An invitation is on its way to %(email)s.") % {"email": row.email}, request.path)

    def show(self, form: InviteForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        filters = MemberFilterForm.of(self.request)
        values = {
            "form": form,
            "filters": filters,
            "page": member_list(number=page_number(self.request), **filters.values()),
            "roles": ASSIGNABLE_ROLES,
            "site_names": {site.pk: site.name for site in self.shell.sites},
            "me": self.principal.user,
            "may_change": self.may("account_member_partial_update"),
            "may_invite": self.may("account_invitation_create"),
        }
        return self.shown("members", values, status=status)


class InvitationFilterForm(FilterForm):
    """Invitations by where they stand and as what."""

    state = choice(gettext_lazy("Any state"), InvitationState.choices)
    role = choice(gettext_lazy("Any role"), ASSIGNABLE_ROLES)


class InvitationsView(TeamPageView):
    """Who was invited."""

    tab = "invitations"
    operations: ClassVar[Mapping[str, str]] = {"GET": "invitation_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page, the newest first."""
        filters = InvitationFilterForm.of(request)
        values = {
            "filters": filters,
            "page": invitation_list(number=page_number(request), **filters.values()),
            "site_names": {site.pk: site.name for site in self.shell.sites},
            "may_change": self.may("account_invitation_destroy"),
        }
        return self.shown("invitations", values)


class MemberView(PageView):
    """One person: role, sites, whether they may sign in."""

    room, section = "account", "team"
    operations: ClassVar[Mapping[str, str]] = {"GET": "member_retrieve", "POST": "member_partial_update"}

    def get(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """The page."""
        member = member_get(user_id)
        initial = {
            "role": member.role,
            "site_ids": [] if member.all_sites else [str(one) for one in member.site_ids],
        }
        return self.show(member, PlacesForm(initial=initial))

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Change them; whatever they hold stops at once."""
        member, form = member_get(user_id), PlacesForm(request.POST)
        if not form.is_valid():
            return self.show(member, form, status=400)
        places = form.places()
        services.member_change(
            user_get(user_id),
            by=self.principal.user,
            role=form.cleaned_data["role"],
            all_sites=not places,
            site_ids=places or None,
        )
        return self.done(_("%(email)s is changed.") % {"email": member.email}, reverse("console:team"))

    def show(self, member: MemberRow, form: PlacesForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        is_out_of_reach = member.role == "owner" or member.id == self.principal.user.pk
        values = {
            "member": member,
            "form": form,
            "may_change": self.may("account_member_partial_update") and not is_out_of_reach,
            "is_out_of_reach": is_out_of_reach,
        }
        return self.page("team/member.html", values, status=status)


class MemberRemoveView(ActionView):
    """Take somebody out of the account."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "member_destroy"}

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponseBase:
        """Remove them for good."""
        user = user_get(user_id)
        email = user.email
        services.member_remove(user, by=self.principal.user)
        return self.done(_("%(email)s is no longer a member.") % {"email": email}, reverse("console:team"))
