"""What each plan state may still do: one table for every credential, the console and jobs alike."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from igny8_core.auth.models import Account, PlanStatus
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, ErrorKind

TRIAL_DAYS = 14
GRACE = timedelta(days=7)  # how long an account works on after what was paid for, or tried, is over


@dataclass(frozen=True, slots=True)
class PlanRule:
    """What a state allows, and the sentence for what it refuses."""

    may_read: bool
    may_write: bool
    may_run_jobs: bool
    sentence: str = ""
    open_paths: tuple[str, ...] = ()  # open all the same


PLAN_RULES = {
    PlanStatus.ACTIVE: PlanRule(may_read=True, may_write=True, may_run_jobs=True),
    PlanStatus.TRIALING: PlanRule(may_read=True, may_write=True, may_run_jobs=True),
    PlanStatus.PAST_DUE: PlanRule(may_read=True, may_write=True, may_run_jobs=True),
    PlanStatus.SUSPENDED: PlanRule(
        may_read=False,
        may_write=False,
        may_run_jobs=False,
        sentence="This account is suspended; write to the operators of this server to have it reactivated.",
        open_paths=("/api/v1/auth/logout/", "/sign-out/"),
    ),
    PlanStatus.CANCELLED: PlanRule(
        may_read=True,
        may_write=False,
        may_run_jobs=False,
        sentence="This account's plan is cancelled: its data can be read but not changed.",
        open_paths=("/api/v1/auth/", "/sign-out/"),
    ),
}


class PlanInactive(DomainError):
    """The account's plan does not allow what was asked."""

    kind = ErrorKind.FORBIDDEN
    code = "plan_inactive"


def plan_status(account: Account) -> PlanStatus:
    """The state that counts now, whatever the row says yet: what is over is past due, and after its grace suspended."""
    status, ends_at, now = PlanStatus(account.plan_status), plan_ends_at(account), utc_now()
    if ends_at is not None and ends_at <= now:
        status = PlanStatus.PAST_DUE
    grace_until = plan_grace_until(account)
    if status is PlanStatus.PAST_DUE and grace_until is not None and grace_until <= now:
        return PlanStatus.SUSPENDED
    return status


def plan_ends_at(account: Account) -> datetime | None:
    """When the trial, or what was paid for, ends; None for a plan without an end and in every other state."""
    ends: dict[str, datetime | None] = {
        PlanStatus.TRIALING: account.trial_ends_at,
        PlanStatus.ACTIVE: account.paid_until,
    }
    return ends.get(account.plan_status)


def plan_grace_until(account: Account) -> datetime | None:
    """When the account stops unless somebody pays; None while no end is set."""
    ends_at = plan_ends_at(account)
    return account.grace_until if ends_at is None else ends_at + GRACE


def plan_check(account: Account, *, is_write: bool, path: str = "") -> None:
    """Raise PlanInactive unless the account's plan allows reading or writing now, or leaves the path open."""
    rule = PLAN_RULES[plan_status(account)]
    if path.startswith(rule.open_paths):
        return
    if not (rule.may_write if is_write else rule.may_read):
        raise PlanInactive(rule.sentence)


def job_refusal(account_id: int) -> str | None:
    """The plan state that keeps an account's jobs from running, or None; a missing account counts as cancelled."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        return PlanStatus.CANCELLED.value
    status = plan_status(account)
    return None if PLAN_RULES[status].may_run_jobs else status.value
