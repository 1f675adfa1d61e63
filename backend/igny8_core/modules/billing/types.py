"""What billing hands to other rooms and floors, as frozen dataclasses; it must never hold behaviour."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's credits: all, set aside by open holds, and free to be held."""

    balance: int
    held: int
    available: int


@dataclass(frozen=True, slots=True)
class BalanceReport:
    """The balance row beside what the ledger and the open holds add up to.

    `first_break` is the sequence of the first ledger line that does not follow from the lines before it.
    """

    balance: int
    held: int
    ledger_balance: int
    ledger_held: int
    open_holds: int
    entries: int
    last_sequence: int
    first_break: int | None
    is_exact: bool


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """What the plan gives and allows."""

    monthly_credits: int
    max_sites: int
    max_users: int
    max_keywords: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """The account's plan, the state that counts now, and what that state still allows."""

    code: str
    name: str
    state: str
    trial_ends_at: datetime | None
    grace_until: datetime | None
    may_write: bool
    may_run_jobs: bool
    limits: PlanLimits


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan of the price list; `is_current` marks the account's own, which may be on offer no more."""

    code: str
    name: str
    description: str
    price_cents: int
    currency: str
    interval: str
    limits: PlanLimits
    is_current: bool
    is_offered: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where the account's subscription stands.

    `status` is what the row says, `state` what counts now. `next_credits` come at `next_credits_at` if the next
    payment is approved by then; None while no end is set.
    """

    plan: PlanOffer
    status: str
    state: str
    trial_ends_at: datetime | None
    paid_until: datetime | None
    grace_until: datetime | None
    next_credits: int
    next_credits_at: datetime | None


@dataclass(frozen=True, slots=True)
class OperationPrice:
    """`credits` for every started `per` `unit`s of an operation."""

    operation: str
    credits: int
    per: int
    unit: str


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """What one operation would cost."""

    operation: str
    units: int
    credits: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What some work would cost beside what is free to be spent now."""

    lines: tuple[EstimateLine, ...]
    credits: int
    available: int

    @property
    def is_enough(self) -> bool:
        """Whether the account could pay for all of it now."""
        return self.credits <= self.available


@dataclass(frozen=True, slots=True)
class Sums:
    """What ledger lines add up to; adjustments carry their sign.

    `granted + adjusted - captured` is what they did to the balance, `held - captured - released` to what is held.
    """

    granted: int
    adjusted: int
    held: int
    captured: int
    released: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One group: `key` is a site's or person's id, an operation or a day, empty for what has none; `label` for eyes."""

    key: str
    label: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Statement:
    """The ledger of a time, added up by groups; `total` is all of them together."""

    since: datetime
    until: datetime
    group_by: str
    lines: tuple[StatementLine, ...]
    total: Sums


@dataclass(frozen=True, slots=True)
class PackageOffer:
    """Credits that can be bought."""

    code: str
    name: str
    credits: int
    price_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as its account sees it; `pay_to` says where the money goes."""

    id: UUID
    state: str
    kind: str
    item_code: str
    item_name: str
    credits: int
    amount_cents: int
    currency: str
    reference: str
    pay_to: str
    note: str
    reason: str
    requested_by: UUID | None
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement of credits as the console shows it; `site` and `user` are labels, empty for what has none."""

    id: UUID
    sequence: int
    kind: str
    amount: int
    balance_after: int
    held_after: int
    operation: str
    site: str
    user: str
    job_id: UUID | None
    reason: str
    created_at: datetime
