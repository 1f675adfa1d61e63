"""The account's API keys: the list, making one, rotating it, stopping one or many."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.api.operations import KEY_SCOPES
from igny8_core.auth import services
from igny8_core.console.base import ActionView, PageView, id_of, ids_chosen
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.console.views.team import TeamPageView, site_choices
from igny8_core.modules.account.constants import KeyState
from igny8_core.modules.account.selectors import api_key_list, member_list


class KeyFilterForm(FilterForm):
    """Keys by whether they open anything, and in whose name."""

    state = choice(gettext_lazy("Any state"), KeyState.choices)
    user_id = choice(gettext_lazy("In anybody's name"), [])


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


class KeysView(TeamPageView):
    """The keys of machines that work in people's names."""

    tab = "keys"
    operations: ClassVar[Mapping[str, str]] = {"GET": "api_key_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page, the newest first."""
        people = [(str(member.id), member.name or member.email) for member in member_list().rows]
        filters = KeyFilterForm.of(request, user_id=people)
        values = {
            "filters": filters,
            "page": api_key_list(number=page_number(request), **filters.values()),
            "me": self.principal.user,
            "may_make": self.may("account_api_key_create"),
            "may_rotate": self.may("account_api_key_rotate"),
            "may_stop": self.may("account_api_key_revoke"),
        }
        return self.shown("keys", values)


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


class KeysRevokeView(ActionView):
    """Stop several keys."""

    room, back_to = "account", "console:team_keys"
    operations: ClassVar[Mapping[str, str]] = {"POST": "api_key_revoke"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "apikey"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Stop the chosen ones, all or none."""
        n = services.api_keys_revoke(ids_chosen(request))
        text = ngettext("%(n)s key has stopped.", "%(n)s keys have stopped.", n)
        return self.done(text % {"n": n}, self.back())
