"""The account's audit trail."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from igny8_core.console.base import PageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.account.selectors import audit_list, member_list
from igny8_core.modules.account.types import AuditQuery


class AuditFilterForm(FilterForm):
    """Events by what, who and when."""

    search = forms.CharField(
        label=gettext_lazy("Action"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Action, such as article.edited")}
        ),
    )
    actor_id = choice(gettext_lazy("Anybody"), [])
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def values(self) -> dict[str, Any]:
        """Whole days in the person's own zone; the last one counts."""
        found = super().values()
        if "search" in found:
            found["action"] = found.pop("search")
        for name, days in (("since", 0), ("until", 1)):
            if name in found:
                day = datetime.combine(found[name] + timedelta(days=days), time.min)
                found[name] = timezone.make_aware(day)
        return found


class AuditView(PageView):
    """Who did what, and when."""

    room, section = "account", "audit"
    operations: ClassVar[Mapping[str, str]] = {"GET": "audit_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of events."""
        people = [(str(member.id), member.name or member.email) for member in member_list().rows]
        filters = AuditFilterForm.of(request, actor_id=people)
        page = audit_list(AuditQuery(**filters.values()), number=page_number(request))
        return self.page("audit/list.html", {"filters": filters, "page": page})
