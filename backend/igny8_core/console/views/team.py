"""People, invitations and API keys of the account."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.api.operations import KEY_SCOPES
from igny8_core.auth import services
from igny8_core.auth.selectors import invitation_get, site_list, user_get
from igny8_core.console.base import ActionView, PageView, id_of
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import FilterForm, page_number
from igny8_core.modules.account.constants import ASSIGNABLE_ROLES
from igny8_core.modules.account.selectors import api_key_list, invitation_list, member_get, member_list
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


class KeyForm(ConsoleForm):
    """A key for a machine."""

    name = forms.CharField(label=gettext_lazy("What is it for?"), max_length=120)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May"),
        choices=[(scope, scope) for scope in KEY_SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    site_id = forms.ChoiceField(label=gettext_lazy("Only for the site"), required=False)
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Ends"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site_id"].choices = [("", _("All that I see")), *site_choices()]  # type: ignore[attr-defined]  # a choice field


class TeamView(PageView):
    """Members, open invitations and keys; inviting somebody."""

    room, section = "account", "team"
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
        filters = FilterForm.of(self.request)
        values = {
            "form": form,
            "filters": filters,
            "page": member_list(number=page_number(self.request), **filters.values()),
            "invitations": [row for row in invitation_list().rows if row.state != "accepted"],
            "keys": api_key_list().rows,
            "site_names": {site.pk: site.name for site in self.shell.sites},
            "me": self.principal.user,
            "may_change": self.may("account_member_partial_update"),
            "may_invite": self.may("account_invitation_create"),
            "may_make_keys": self.may("account_api_key_create"),
        }
        return self.page("team/list.html", values, status=status)


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


class MemberActiveView(ActionView):
    """Let somebody sign in, or keep them out for a while."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "member_partial_update"}

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponseBase:
        """Switch it."""
        is_active = request.POST.get("is_active") == "1"
        user = services.member_change(user_get(user_id), by=self.principal.user, is_active=is_active)
        text = _("%(email)s may sign in again.") if is_active else _("%(email)s cannot sign in any more.")
        return self.done(text % {"email": user.email}, self.back())


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


class InvitationResendView(ActionView):
    """Mail an invitation again."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "invitation_resend"}

    def post(self, request: HttpRequest, invitation_id: UUID) -> HttpResponseBase:
        """Send it."""
        row = services.invitation_resend(invitation_get(invitation_id))
        return self.done(_("The invitation to %(email)s is sent again.") % {"email": row.email}, self.back())


class InvitationRevokeView(ActionView):
    """Take an invitation back."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "invitation_destroy"}

    def post(self, request: HttpRequest, invitation_id: UUID) -> HttpResponseBase:
        """Revoke it."""
        row = invitation_get(invitation_id)
        services.invitation_revoke(row)
        return self.done(_("The invitation to %(email)s is taken back.") % {"email": row.email}, self.back())


class KeyNewView(PageView):
    """Make a key; its secret is on the answer's page and nowhere else."""

    room, section = "account", "team"
    operations: ClassVar[Mapping[str, str]] = {"GET": "api_key_list", "POST": "api_key_create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.page("team/key.html", {"form": KeyForm(), "may_make": self.may("account_api_key_create")})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it."""
        form = KeyForm(request.POST)
        if not form.is_valid():
            return self.page("team/key.html", {"form": form, "may_make": True}, status=400)
        data = form.cleaned_data
        made = services.api_key_create(
            user=self.principal.user,
            allowed_scopes=KEY_SCOPES,
            name=data["name"],
            scopes=data["scopes"],
            site_id=id_of(data["site_id"]) if data["site_id"] else None,
            expires_at=data["expires_at"],
        )
        return self.page("team/secret.html", {"secret": made.secret, "name": made.key.name}, status=201)


class KeyRotateView(PageView):
    """Give a key a new secret, shown on the answer's page."""

    room, section = "account", "team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "api_key_rotate"}

    def post(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        """Rotate it."""
        made = services.api_key_rotate(key_id, by=self.principal.user)
        return self.page("team/secret.html", {"secret": made.secret, "name": made.key.name})


class KeyRevokeView(ActionView):
    """Stop a key."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "api_key_revoke"}

    def post(self, request: HttpRequest, key_id: UUID) -> HttpResponseBase:
        """Revoke it."""
        services.api_key_revoke(key_id)
        return self.done(_("The key has stopped."), self.back())
