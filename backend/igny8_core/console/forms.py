"""The forms of the entrance; they check shape, services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from igny8_core.common.errors import DomainError

PASSWORD_LENGTH = 200  # a longer one would only cost time


class ConsoleForm(forms.Form):
    """A form as the console draws it: labels without colons, complaints beside their fields."""

    template_name = "console/form.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def refuse(self, error: DomainError) -> None:
        """Put a refusal of the service where its fields are, else above the form."""
        known = {name: texts for name, texts in error.fields.items() if name in self.fields}
        for name, texts in known.items():
            self.add_error(name, texts)
        if not known:
            self.add_error(None, error.message)


def _password(label: Any, *, is_new: bool) -> forms.CharField:
    complete = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": complete}),
        help_text=_("At least 12 characters.") if is_new else "",
    )


class SignInForm(ConsoleForm):
    """E-mail and password, and with a second factor its code."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = _password(_("Password"), is_new=False)
    code = forms.CharField(
        label=_("Code of your authenticator"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=_("Only if you switched on a second factor; a recovery code works too."),
    )


class SignUpForm(ConsoleForm):
    """Who wants an account; the password comes with the confirmation."""

    account_name = forms.CharField(
        label=_("Company or team"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True})
    )
    name = forms.CharField(label=_("Your name"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class AddressForm(ConsoleForm):
    """Whose password to reset."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class _MailedForm(ConsoleForm):
    """What somebody who opened a mailed link sends back."""

    token = forms.CharField(max_length=2000, widget=forms.HiddenInput)


class NewPasswordForm(_MailedForm):
    """The password to set."""

    password = _password(_("New password"), is_new=True)


class JoinForm(_MailedForm):
    """Who takes up an invitation."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    password = _password(_("Password"), is_new=True)
