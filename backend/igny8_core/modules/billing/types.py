"""What billing hands to other rooms and floors, as frozen dataclasses; it must never hold behaviour."""

from dataclasses import dataclass
from datetime import datetime


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
