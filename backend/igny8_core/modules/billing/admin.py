"""What staff see of accounts, plans and payments, and what they do to them; each action is one service."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from igny8_core.api.staff_site import AmountForm, StaffModelAdmin, home_of, may_act, staff_site
from igny8_core.auth.models import Account, Plan
from igny8_core.auth.services import PLAN_FIELDS, plan_update
from igny8_core.modules.billing import services
from igny8_core.modules.billing.models import CreditPackage, Payment
from igny8_core.tenancy.context import tenant_transaction


@admin.register(Account, site=staff_site)
class AccountAdmin(StaffModelAdmin):
    """Customers: their plan and where it stands. The system account is not among them."""

    account_field = "pk"
    action_form = AmountForm
    actions = ("suspend", "reactivate", "adjust_credits")
    list_display = ("id", "name", "plan", "plan_status", "trial_ends_at", "paid_until")
    list_filter = ("plan_status",)
    list_select_related = ("plan",)
    search_fields = ("name",)
    fields = (*list_display, "grace_until", "retention_days", "created_at")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Every customer."""
        return super().get_queryset(request).filter(is_system=False)

    @admin.action(description="Suspend")
    def suspend(self, request: HttpRequest, rows: QuerySet[Account]) -> None:
        """Stop everything of the accounts."""
        self.act(request, rows, "suspend", lambda row, reason: services.plan_suspend(reason=reason))

    @admin.action(description="Reactivate")
    def reactivate(self, request: HttpRequest, rows: QuerySet[Account]) -> None:
        """Make the accounts' plans active again."""
        self.act(request, rows, "reactivate", lambda row, reason: services.plan_reactivate(reason=reason))

    @admin.action(description="Adjust credits")
    def adjust_credits(self, request: HttpRequest, rows: QuerySet[Account]) -> None:
        """Correct the accounts' balances by the credits of the form."""
        form = self.action_form({**request.POST.dict(), "action": "adjust_credits"})
        form.fields["action"].choices = [("adjust_credits", "")]  # type: ignore[attr-defined]  # a choice field
        amount = form.cleaned_data["credits"] if form.is_valid() else None
        if not amount or not form.cleaned_data["token"]:
            self.message_user(request, "Give a number of credits, with its sign.", messages.ERROR)
            return
        key = f"staff:{form.cleaned_data['token']}"
        self.act(
            request,
            rows,
            "adjust credits",
            lambda row, reason: services.credits_adjust(amount, reason=reason, idempotency_key=key),
        )


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A plan of the price list."""

    class Meta:
        model = Plan
        fields = PLAN_FIELDS


@admin.register(Plan, site=staff_site)
class PlanAdmin(StaffModelAdmin):
    """The price list of plans, which admins of the staff change."""

    form = PlanForm
    fields = ("code", *PLAN_FIELDS)
    readonly_fields = ("code",)
    list_display = (
        "code",
        "name",
        "price_cents",
        "currency",
        "interval",
        "monthly_credits",
        "is_active",
        "is_offered",
    )
    ordering = ("price_cents", "pk")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff who may write."""
        return may_act(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Change what the form changed, on record in the system account."""
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if changed:
            with tenant_transaction(home_of(request)):
                plan_update(obj.pk, **changed)


@admin.register(CreditPackage, site=staff_site)
class CreditPackageAdmin(StaffModelAdmin):
    """The price list of credits."""

    list_display = ("code", "name", "credits", "price_cents", "currency", "is_active")
    ordering = ("credits", "pk")


@admin.register(Payment, site=staff_site)
class PaymentAdmin(StaffModelAdmin):
    """Payments by transfer, to be found by their reference."""

    actions = ("approve", "reject")
    shortcuts = {"Payments to approve": "state__exact=pending"}
    list_display = (
        "reference",
        "account",
        "state",
        "item_name",
        "amount_cents",
        "currency",
        "credits",
        "created_at",
    )
    list_filter = ("state", "kind")
    list_select_related = ("account",)
    search_fields = ("reference",)
    fields = (*list_display, "kind", "note", "reason", "requested_by", "decided_by", "decided_at")

    @admin.action(description="Approve: the money came")
    def approve(self, request: HttpRequest, rows: QuerySet[Payment]) -> None:
        """Give what was paid."""
        self.act(
            request, rows, "approve", lambda row, reason: services.payment_approve(row.pk, reason=reason)
        )

    @admin.action(description="Reject: no money came")
    def reject(self, request: HttpRequest, rows: QuerySet[Payment]) -> None:
        """Give nothing."""
        self.act(request, rows, "reject", lambda row, reason: services.payment_reject(row.pk, reason=reason))
