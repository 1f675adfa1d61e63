"""The room's states, limits and price list; it must never read a row."""

from dataclasses import dataclass

from django.db import models

MAX_AMOUNT = 1_000_000_000  # credits in one movement: far above any plan, far below what a bigint holds
TRIAL_KEY = "trial"


class EntryKind(models.TextChoices):
    """What a line of the ledger did to the balance and to what is held of it."""

    GRANT = "grant", "Grant"
    HOLD = "hold", "Hold"
    CAPTURE = "capture", "Capture"
    RELEASE = "release", "Release"
    ADJUSTMENT = "adjustment", "Adjustment"


class HoldState(models.TextChoices):
    """The life of a hold; only `hold_transition` moves it."""

    HELD = "held", "Held"
    CAPTURED = "captured", "Captured"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Expired"


class PaymentKind(models.TextChoices):
    """What a payment is for."""

    CREDIT_PACKAGE = "credit_package", "Credit package"
    PLAN = "plan", "Plan"


class PaymentState(models.TextChoices):
    """The life of a payment; only `payment_transition` moves it."""

    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Cancelled"


class StatementGroup(models.TextChoices):
    """By what a statement adds up."""

    SITE = "site", "Site"
    USER = "user", "User"
    OPERATION = "operation", "Operation"
    DAY = "day", "Day"


@dataclass(frozen=True, slots=True)
class Price:
    """`credits` for every started `per` units; `unit` says what is counted."""

    credits: int
    per: int
    unit: str = "words"  # of the target length


# An article's price is an estimate: `article_price` adds up its sections.
PRICES = {
    "writer.section": Price(credits=1, per=100),
    "writer.article": Price(credits=1, per=100),
    "planner.vectors": Price(credits=1, per=500, unit="texts"),
}

# Below these parts of a month's credits the account's admins are told.
LOW_PERCENTS = (20, 10)
