"""What every list page shares: filters in the address, which page, and the order."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from igny8_core.common.pages import COUNT_CAP
from igny8_core.console.forms import ConsoleForm


class FilterForm(ConsoleForm):
    """Filters of a list; a value that makes no sense does not narrow, and says so."""

    template_name = "console/filters.html"

    search = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Search")}),
    )

    @classmethod
    def of(cls, request: HttpRequest, **choices: list[tuple[str, str]]) -> "FilterForm":
        """The filters of an address; `choices` fill those fields that depend on the account's rows."""
        form = cls(request.GET)
        for name, values in choices.items():
            field = form.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - the page declares it so
            field.choices = [("", str(field.label)), *values]
        form.is_valid()
        return form

    def values(self) -> dict[str, Any]:
        """What was chosen and makes sense; nothing for what was left open."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @property
    def is_narrowed(self) -> bool:
        """Whether the list shows less than all."""
        return bool(self.values())


def choice(label: Any, choices: Any) -> forms.ChoiceField:
    """A filter by one of a few values; its empty value carries the label."""
    return forms.ChoiceField(label=label, required=False, choices=[("", label), *choices])


def page_number(request: HttpRequest) -> int:
    """The page that the address asks for; the first when it asks for nonsense."""
    text = request.GET.get("page", "1")
    return min(int(text), COUNT_CAP) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def ordering(request: HttpRequest, names: tuple[str, ...], default: str) -> str:
    """The order that the address asks for, one of `names` with or without a minus."""
    wanted = request.GET.get("ordering", default)
    return wanted if wanted.removeprefix("-") in names else default
