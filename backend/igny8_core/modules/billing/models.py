"""The balance, the ledger and the holds of an account's credits; only the room's services write them."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from igny8_core.modules.billing.constants import EntryKind, HoldState
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
    operation = models.CharField(max_length=80, blank=True, default="")
    idempotency_key = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="billing_ledger_list"),
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
