"""The forms of one's own profile: name, password, and proving once more who one is."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.auth.errors import LoginFailed, PasswordTooWeak, SecondFactorRequired, SecondFactorWrong
from igny8_core.common.errors import DomainError
from igny8_core.console.forms import PASSWORD_LENGTH, ConsoleForm


def _password(label: Any, *, complete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": complete}),
        help_text=help_text,
    )


class NameForm(ConsoleForm):
    """How others see one."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class ProofForm(ConsoleForm):
    """The person once more: their password, and with a second factor its code."""

    password = _password(gettext_lazy("Your password"), complete="current-password")
    code = forms.CharField(
        label=gettext_lazy("Code of your authenticator"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=gettext_lazy("A recovery code works too."),
    )

    def __init__(self, *args: Any, has_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_code:
            del self.fields["code"]

    def refuse(self, error: DomainError) -> None:
        """Say it where it belongs, in the form's own words."""
        if isinstance(error, LoginFailed):
            self.add_error("password", _("This is not your password."))
        elif isinstance(error, SecondFactorRequired | SecondFactorWrong) and "code" in self.fields:
            self.add_error("code", _("The code is missing, wrong, too old or was used already."))
        else:
            super().refuse(error)


class PasswordForm(ProofForm):
    """The password that replaces the one that one has."""

    new_password = _password(
        gettext_lazy("New password"),
        complete="new-password",
        help_text=gettext_lazy("At least 12 characters. Every sign-in ends, this one too."),
    )
    field_order = ("password", "code", "new_password")

    def refuse(self, error: DomainError) -> None:
        """What is wrong with the new password stands at the new one."""
        if isinstance(error, PasswordTooWeak):
            self.add_error("new_password", error.fields.get("password") or error.message)
        else:
            super().refuse(error)


class CodeForm(ConsoleForm):
    """The first code of a new authenticator."""

    code = forms.CharField(
        label=gettext_lazy("First code that it shows"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )
