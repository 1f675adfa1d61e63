"""The account itself: its name, how long deleted things can be brought back, and what of its plan is used."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.auth import services
from igny8_core.auth.selectors import account_get
from igny8_core.console.base import PageView
from igny8_core.console.forms import ConsoleForm
from igny8_core.modules.account.selectors import usage_get


class AccountForm(ConsoleForm):
    """What an administrator may change of the account."""

    name = forms.CharField(label=gettext_lazy("Company or team"), max_length=120)
    retention_days = forms.IntegerField(
        label=gettext_lazy("Days to bring deleted things back"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("Afterwards they are gone for good. From 1 to 365."),
    )


class AccountView(PageView):
    """The account's settings; what billing owns is shown, and changed there."""

    room, section = "account", "account"
    operations: ClassVar[Mapping[str, str]] = {"GET": "profile", "POST": "profile_change"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        account = account_get()
        return self.show(
            AccountForm(initial={"name": account.name, "retention_days": account.retention_days})
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change the account."""
        form = AccountForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        services.account_update(self.principal.account.pk, **form.cleaned_data)
        return self.done(_("The account is saved."), request.path)

    def show(self, form: AccountForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        values = {
            "account": account_get(),
            "form": form,
            "usage": usage_get() if self.may("account_usage") else None,
            "may_change": self.may("account_profile_change"),
        }
        return self.page("account/settings.html", values, status=status)
