"""Usage and billing: what the account has, what it uses, what credits were spent on, and what can be bought."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.console.base import ActionView, PageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.account.selectors import usage_get
from igny8_core.modules.billing import services
from igny8_core.modules.billing.constants import PRICES, EntryKind, PaymentKind, PaymentState, StatementGroup
from igny8_core.modules.billing.errors import ItemUnknown
from igny8_core.modules.billing.selectors import (
    ledger_page,
    package_list,
    payment_page,
    plan_list,
    price_list,
    statement_get,
    subscription_get,
)
from igny8_core.modules.billing.types import Statement

# The parts of the area: key, title, route, and the operation that opens it.
_TABS = (
    ("overview", gettext_lazy("Overview"), "billing", "billing_subscription"),
    ("statement", gettext_lazy("Statement"), "billing_statement", "billing_statement"),
    ("ledger", gettext_lazy("Ledger"), "billing_ledger", "billing_ledger_list"),
    ("payments", gettext_lazy("Payments"), "billing_payments", "billing_payment_list"),
)


class BillingPageView(PageView):
    """A part of the area, with the tabs that the person may open."""

    room, section = "billing", "billing"
    tab: ClassVar[str] = ""

    def shown(self, template: str, values: Mapping[str, Any]) -> HttpResponse:
        """The page under its tab."""
        tabs = [
            {"title": title, "url": reverse(f"console:{route}"), "is_current": key == self.tab}
            for key, title, route, operation in _TABS
            if self.may(operation)
        ]
        return self.page(f"billing/{template}.html", {"tabs": tabs, **values})


class BillingView(BillingPageView):
    """The plan, the credits, the use, the prices, and what can be bought."""

    tab = "overview"
    operations: ClassVar[Mapping[str, str]] = {"GET": "subscription"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; the use of all sites is for those who see all of them."""
        values = {
            "subscription": subscription_get(),
            "usage": usage_get() if self.may("account_usage") else None,
            "plans": plan_list(),
            "packages": package_list(),
            "prices": price_list(),
            "may_buy": self.may("billing_payment_create"),
        }
        return self.shown("overview", values)


class StatementFilterForm(FilterForm):
    """Which days, and how their movements are added up."""

    search = None  # type: ignore[assignment]  # sums cannot be searched
    group_by = forms.ChoiceField(label=gettext_lazy("By"), required=False, choices=StatementGroup.choices)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any] | None:
        """The last day is none before the first."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """Whole days in the person's own zone, the last one included; by site unless something else is chosen."""
        found = {"group_by": StatementGroup.SITE.value, **super().values()}
        for name, days in (("since", 0), ("until", 1)):
            if name in found:
                day = datetime.combine(found[name] + timedelta(days=days), time.min)
                found[name] = timezone.make_aware(day)
        return found


class StatementView(BillingPageView):
    """What credits were spent on, by site, person, operation or day."""

    tab = "statement"
    operations: ClassVar[Mapping[str, str]] = {"GET": "statement"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The sums."""
        filters = StatementFilterForm.of(request)
        statement = statement_get(**filters.values())
        values = {
            "filters": filters,
            "statement": statement,
            "most": max((line.sums.captured for line in statement.lines), default=0),
            "by_day": _by_day(statement),
            "export": _export_address(statement),
        }
        return self.shown("statement", values)


class LedgerFilterForm(FilterForm):
    """Lines of one kind or operation."""

    search = None  # type: ignore[assignment]  # lines are found by what they are
    kind = choice(gettext_lazy("Any kind"), EntryKind.choices)
    operation = choice(gettext_lazy("Any operation"), [(name, name) for name in sorted(PRICES)])


class LedgerView(BillingPageView):
    """Every movement of credits."""

    tab = "ledger"
    operations: ClassVar[Mapping[str, str]] = {"GET": "ledger_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of lines."""
        filters = LedgerFilterForm.of(request)
        page = ledger_page(**filters.values(), number=page_number(request))
        return self.shown("ledger", {"filters": filters, "page": page})


class PaymentFilterForm(FilterForm):
    """Payments in one state."""

    search = None  # type: ignore[assignment]  # there are few
    state = choice(gettext_lazy("Any state"), PaymentState.choices)


class PaymentsView(BillingPageView):
    """What the account pays, and what became of it."""

    tab = "payments"
    operations: ClassVar[Mapping[str, str]] = {"GET": "payment_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of payments."""
        filters = PaymentFilterForm.of(request)
        page = payment_page(**filters.values(), number=page_number(request))
        return self.shown(
            "payments", {"filters": filters, "page": page, "may_cancel": self.may("billing_payment_cancel")}
        )


class PaymentRequestView(ActionView):
    """Buys a plan or credits by transfer."""

    room, back_to = "billing", "console:billing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "payment_create"}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Say what to transfer."""
        kind, code = request.POST.get("kind", ""), request.POST.get("code", "")
        if kind not in PaymentKind.values:
            raise ItemUnknown
        row = services.payment_request(kind=kind, code=code, note=request.POST.get("note", "")[:300])
        text = _("%(name)s is yours when your transfer has come; name %(reference)s in it.")
        return self.done(
            text % {"name": row.item_name, "reference": row.reference}, reverse("console:billing_payments")
        )


class PaymentCancelView(ActionView):
    """Takes a payment back."""

    room, back_to = "billing", "console:billing_payments"
    operations: ClassVar[Mapping[str, str]] = {"POST": "payment_cancel"}

    def post(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """Cancel it."""
        row = services.payment_cancel(payment_id)
        text = _("The payment %(reference)s is taken back.")
        return self.done(text % {"reference": row.reference}, reverse("console:billing_payments"))


def _by_day(statement: Statement) -> list[tuple[date, float]]:
    """The credits spent on each day that has movements, oldest first; nothing for other groups."""
    if statement.group_by != StatementGroup.DAY:
        return []
    return [(date.fromisoformat(line.key), line.sums.captured) for line in statement.lines]


def _export_address(statement: Statement) -> str:
    period = {"since": statement.since.isoformat(), "until": statement.until.isoformat()}
    return "/api/v1/billing/statement/export/?" + urlencode({**period, "group_by": statement.group_by})
