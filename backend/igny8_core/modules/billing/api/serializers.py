"""Bodies of the billing room."""

from typing import Any

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.serializers import InputSerializer
from igny8_core.auth.models import PlanStatus
from igny8_core.modules.billing.models import CreditHold, LedgerEntry


class BalanceSerializer(serializers.Serializer[Any]):
    """The account's credits."""

    balance = serializers.IntegerField(help_text="All credits of the account.")
    held = serializers.IntegerField(help_text="Set aside for work that is under way.")
    available = serializers.IntegerField(help_text="Free to be spent: balance less held.")


class PlanLimitsSerializer(serializers.Serializer[Any]):
    """What the plan gives and allows."""

    monthly_credits = serializers.IntegerField()
    max_sites = serializers.IntegerField()
    max_users = serializers.IntegerField()
    max_keywords = serializers.IntegerField()


class PlanSerializer(serializers.Serializer[Any]):
    """The account's plan and what its state still allows."""

    code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=PlanStatus.choices)
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    grace_until = serializers.DateTimeField(allow_null=True)
    may_write = serializers.BooleanField()
    may_run_jobs = serializers.BooleanField()
    limits = PlanLimitsSerializer()


class LedgerEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """One movement of credits."""

    hold = TenantRelatedField(CreditHold, read_only=True, allow_null=True)  # type: ignore[arg-type]  # never deleted, never looked up

    class Meta:
        model = LedgerEntry
        fields = (
            "id",
            "sequence",
            "kind",
            "amount",
            "balance_after",
            "held_after",
            "hold",
            "job_id",
            "operation",
            "idempotency_key",
            "reason",
            "created_at",
        )


class CreditHoldSerializer(serializers.ModelSerializer[CreditHold]):
    """Credits set aside for one purchase, and what became of them."""

    class Meta:
        model = CreditHold
        fields = (
            "id",
            "state",
            "amount",
            "captured_amount",
            "operation",
            "idempotency_key",
            "job_id",
            "reason",
            "expires_at",
            "closed_at",
            "created_at",
        )


class SuspensionInput(InputSerializer):
    """Why staff suspend or reactivate an account."""

    reason = serializers.CharField(max_length=300)
