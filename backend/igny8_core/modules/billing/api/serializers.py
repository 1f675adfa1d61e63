"""Bodies of the billing room."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.serializers import InputSerializer
from igny8_core.auth.models import BillingInterval, PlanStatus
from igny8_core.modules.billing.constants import PRICES, PaymentKind, StatementGroup
from igny8_core.modules.billing.models import CreditHold, LedgerEntry, Payment


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
            "site_id",
            "user_id",
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
            "site_id",
            "user_id",
            "reason",
            "expires_at",
            "closed_at",
            "created_at",
        )


class ReasonInput(InputSerializer):
    """Why staff do what they do."""

    reason = serializers.CharField(max_length=300)


class PlanOfferSerializer(serializers.Serializer[Any]):
    """A plan of the price list."""

    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    price_cents = serializers.IntegerField(help_text="For one interval.")
    currency = serializers.CharField(help_text="ISO 4217.")
    interval = serializers.ChoiceField(choices=BillingInterval.choices)
    limits = PlanLimitsSerializer()
    is_current = serializers.BooleanField(help_text="The account's own.")
    is_offered = serializers.BooleanField(help_text="Whether it can be asked for.")


class PackageOfferSerializer(serializers.Serializer[Any]):
    """Credits that can be bought."""

    code = serializers.CharField()
    name = serializers.CharField()
    credits = serializers.IntegerField()
    price_cents = serializers.IntegerField()
    currency = serializers.CharField(help_text="ISO 4217.")


class OffersSerializer(serializers.Serializer[Any]):
    """What can be bought."""

    plans = PlanOfferSerializer(many=True)
    packages = PackageOfferSerializer(many=True)


class SubscriptionSerializer(serializers.Serializer[Any]):
    """Where the subscription stands."""

    plan = PlanOfferSerializer()
    status = serializers.ChoiceField(choices=PlanStatus.choices, help_text="As it was last written down.")
    state = serializers.ChoiceField(choices=PlanStatus.choices, help_text="What counts now.")
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    paid_until = serializers.DateTimeField(allow_null=True, help_text="Null: the plan has no end.")
    grace_until = serializers.DateTimeField(
        allow_null=True, help_text="When the account stops unless it pays."
    )
    next_credits = serializers.IntegerField(help_text="What the next payment of the plan brings.")
    next_credits_at = serializers.DateTimeField(allow_null=True)


class OperationPriceSerializer(serializers.Serializer[Any]):
    """`credits` for every started `per` units."""

    operation = serializers.CharField()
    credits = serializers.IntegerField()
    per = serializers.IntegerField()
    unit = serializers.CharField()


class PriceListSerializer(serializers.Serializer[Any]):
    """What operations cost."""

    prices = OperationPriceSerializer(many=True)


class WorkInput(InputSerializer):
    """So many units of one operation."""

    operation = serializers.ChoiceField(choices=sorted(PRICES))
    units = serializers.IntegerField(min_value=1, max_value=10_000_000)


class EstimateInput(InputSerializer):
    """The work to be priced."""

    operations = serializers.ListField(child=WorkInput(), allow_empty=False, max_length=100)


class EstimateLineSerializer(serializers.Serializer[Any]):
    """What one operation would cost."""

    operation = serializers.CharField()
    units = serializers.IntegerField()
    credits = serializers.IntegerField()


class EstimateSerializer(serializers.Serializer[Any]):
    """What the work would cost beside what is free to be spent."""

    lines = EstimateLineSerializer(many=True)
    credits = serializers.IntegerField()
    available = serializers.IntegerField()
    is_enough = serializers.BooleanField()


class SumsSerializer(serializers.Serializer[Any]):
    """What ledger lines add up to."""

    granted = serializers.IntegerField()
    adjusted = serializers.IntegerField(help_text="With its sign.")
    held = serializers.IntegerField()
    captured = serializers.IntegerField(help_text="What was spent.")
    released = serializers.IntegerField()


class StatementLineSerializer(serializers.Serializer[Any]):
    """One group; an empty key holds what has no site, person or operation."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF turns a declared field into no attribute
    sums = SumsSerializer()


class StatementSerializer(serializers.Serializer[Any]):
    """The ledger of a time by groups."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    group_by = serializers.ChoiceField(choices=StatementGroup.choices)
    lines = StatementLineSerializer(many=True)
    total = SumsSerializer()


class StatementQuery(InputSerializer):
    """Which time, and how it is grouped; without a time this month until now."""

    since = serializers.DateTimeField(required=False, help_text="Not before; the first of this month, UTC.")
    until = serializers.DateTimeField(required=False, help_text="Before; now.")
    group_by = serializers.ChoiceField(
        choices=StatementGroup.choices, required=False, default=StatementGroup.OPERATION.value
    )


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """A payment by transfer, and what became of it."""

    pay_to = serializers.CharField(read_only=True, help_text="Where to send the money, naming the reference.")

    class Meta:
        model = Payment
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "state",
            "kind",
            "item_code",
            "item_name",
            "credits",
            "amount_cents",
            "currency",
            "reference",
            "pay_to",
            "note",
            "reason",
            "requested_by",
            "decided_at",
            "created_at",
        )


class PaymentInput(InputSerializer):
    """What to buy: a plan or a credit package, by its code."""

    kind = serializers.ChoiceField(choices=PaymentKind.choices)
    code = serializers.SlugField(max_length=40)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
