"""An account's credits (balance, ledger, holds) and payments, and what can be bought; only services write them."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from igny8_core.modules.billing.constants import EntryKind, HoldState, PaymentKind, PaymentState
from igny8_core.tenancy.bases import AppendOnlyModel, TenantModel
from igny8_core.tenancy.fields import TenantForeignKey
from igny8_core.tenancy.kinds import Kind
from igny8_core.tenancy.managers import AccountRowManager


class CreditRow(TenantModel):
    """A row that changes but is never deleted, not even softly: the sums would no longer hold."""

    tenant_kind = Kind.ACCOUNT

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[AccountRowManager[Self]] = AccountRowManager()

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse; a trigger refuses it too."""
        raise NotImplementedError("Credits are moved, never deleted.")


class CreditAccount(CreditRow):
    """An account's balance: the last line of its ledger, kept where it can be locked."""

    balance = models.PositiveBigIntegerField(default=0)
    held = models.PositiveBigIntegerField(default=0, help_text="What open holds set aside of the balance.")
    last_sequence = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account"], name="billing_creditaccount_one"),
            models.CheckConstraint(
                condition=Q(balance__gte=0, held__gte=0, held__lte=F("balance")),
                name="billing_creditaccount_covered",
            ),
        ]

    @property
    def available(self) -> int:
        """What may still be held."""
        return self.balance - self.held


class CreditHold(CreditRow):
    """Credits set aside for one purchase until its result is stored or given up."""

    state = models.CharField(max_length=10, choices=HoldState, default=HoldState.HELD)
    amount = models.PositiveBigIntegerField()
    captured_amount = models.PositiveBigIntegerField(default=0)
    operation = models.CharField(max_length=80)
    idempotency_key = models.CharField(max_length=200)
    job_id = models.UUIDField(null=True, blank=True)
    site_id = models.UUIDField(null=True, blank=True, help_text="The site that it was bought for.")
    user_id = models.UUIDField(null=True, blank=True, help_text="Who bought it, or started the job that did.")
    reason = models.CharField(max_length=300, blank=True, default="")
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="billing_hold_list"),
            models.Index(fields=["expires_at"], name="billing_hold_due", condition=Q(state="held")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # One key names one purchase: at most one hold of it is open or paid, any number were given back.
            models.UniqueConstraint(
                fields=["account", "idempotency_key"],
                condition=Q(state__in=["held", "captured"]),
                name="billing_hold_key",
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="billing_hold_amount"),
            models.CheckConstraint(
                condition=Q(captured_amount=0)
                | Q(state="captured", captured_amount__gt=0, captured_amount__lte=F("amount")),
                name="billing_hold_captured",
            ),
            models.CheckConstraint(
                condition=Q(state="held", closed_at=None)
                | Q(state__in=["captured", "released", "expired"], closed_at__isnull=False),
                name="billing_hold_closed",
            ),
        ]


class LedgerEntry(AppendOnlyModel):
    """One movement of credits, numbered without gaps; grant, capture and adjustment change the balance.

    `amount` is positive but for an adjustment, which carries its sign.
    """

    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=EntryKind)
    amount = models.BigIntegerField()
    balance_after = models.PositiveBigIntegerField()
    held_after = models.PositiveBigIntegerField()
    hold = TenantForeignKey(CreditHold, null=True, blank=True, related_name="+", db_index=False)
    hold_id: UUID | None
    job_id = models.UUIDField(null=True, blank=True)
    # Plain ids: a line outlives the site and the person that it speaks of.
    site_id = models.UUIDField(null=True, blank=True)
    user_id = models.UUIDField(null=True, blank=True)
    operation = models.CharField(max_length=80, blank=True, default="")
    idempotency_key = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="billing_ledger_list"),
            models.Index(fields=["account", "created_at"], name="billing_ledger_time"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "sequence"], name="billing_ledger_sequence"),
            models.UniqueConstraint(
                fields=["account", "idempotency_key"],
                condition=Q(kind__in=["grant", "adjustment"]),
                name="billing_ledger_key",
            ),
            models.UniqueConstraint(
                fields=["account", "hold", "kind"],
                condition=Q(hold__isnull=False),
                name="billing_ledger_hold_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="adjustment") & ~Q(amount=0) | Q(amount__gte=1),
                name="billing_ledger_amount",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["grant", "adjustment"], hold=None)
                | Q(kind__in=["hold", "capture", "release"], hold__isnull=False),
                name="billing_ledger_hold",
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0, held_after__gte=0, held_after__lte=F("balance_after")),
                name="billing_ledger_covered",
            ),
        ]


class CreditPackage(models.Model):
    """Credits that can be bought at a price; the same for everybody."""

    tenant_kind = Kind.GLOBAL

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    credits = models.PositiveIntegerField()
    price_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217.")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Payment(CreditRow):
    """Money that an account says it sends for a plan or a package, and what staff decided when they saw it.

    What is bought is kept as it was offered: a later change of the price list changes no payment.
    """

    state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.PENDING)
    kind = models.CharField(max_length=20, choices=PaymentKind)
    item_code = models.CharField(max_length=40, help_text="The package's or plan's code.")
    item_name = models.CharField(max_length=80)
    credits = models.PositiveIntegerField(help_text="Granted on approval.")
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=20, help_text="What the transfer must name.")
    note = models.CharField(max_length=300, blank=True, default="", help_text="The customer's words.")
    reason = models.CharField(max_length=300, blank=True, default="", help_text="The staff's words.")
    # Plain ids: staff are people of another account.
    requested_by = models.UUIDField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="billing_payment_list"),
            models.Index(fields=["id"], name="billing_payment_pending", condition=Q(state="pending")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "reference"], name="billing_payment_reference"),
            # Asking twice for the same thing is one payment until it is decided.
            models.UniqueConstraint(
                fields=["account", "kind", "item_code"],
                condition=Q(state="pending"),
                name="billing_payment_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None)
                | Q(state__in=["approved", "rejected", "cancelled"], decided_at__isnull=False),
                name="billing_payment_decided",
            ),
        ]

    @property
    def pay_to(self) -> str:
        """Where to send the money, in words."""
        return str(settings.PAYMENT_INSTRUCTIONS)
