"""Proves when a model call is repeated and how long it waits, on a clock of its own."""

from dataclasses import dataclass, field

import pytest

from igny8_core.ai import errors
from igny8_core.ai.retry import with_retries


@dataclass
class World:
    """Time that passes only by sleeping, and the failures that are still to come."""

    failures: list[errors.ModelError]
    attempt_seconds: float = 0.0
    now: float = 100.0
    naps: list[float] = field(default_factory=list)
    budgets: list[float] = field(default_factory=list)

    def run(self, *, timeout_seconds: float = 60.0) -> str:
        return with_retries(
            self.attempt, timeout_seconds=timeout_seconds, sleep=self.sleep, monotonic=lambda: self.now
        )

    def attempt(self, seconds_left: float) -> str:
        self.budgets.append(seconds_left)
        self.now += self.attempt_seconds
        if self.failures:
            raise self.failures.pop(0)
        return "answer"

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def test_success_does_not_wait() -> None:
    world = World([])
    assert world.run() == "answer"
    assert (world.naps, world.budgets) == ([], [60.0])


def test_passing_fault_is_retried_with_growing_waits() -> None:
    world = World([errors.ModelServerFailed(), errors.ModelUnreachable()])
    assert world.run() == "answer"
    assert 0.5 <= world.naps[0] <= 1.0
    assert 1.0 <= world.naps[1] <= 2.0


def test_third_failure_is_raised() -> None:
    world = World([errors.ModelServerFailed() for _ in range(4)])
    with pytest.raises(errors.ModelServerFailed):
        world.run()
    assert len(world.budgets) == 3


def test_lasting_fault_is_not_retried() -> None:
    world = World([errors.ModelAuthenticationFailed()])
    with pytest.raises(errors.ModelAuthenticationFailed):
        world.run()
    assert world.naps == []


def test_retry_after_is_kept_exactly() -> None:
    world = World([errors.ModelRateLimited(retry_after_seconds=7)])
    assert world.run() == "answer"
    assert (world.naps, world.budgets) == ([7], [60.0, 53.0])


def test_retry_after_beyond_the_cap_is_left_to_the_job() -> None:
    world = World([errors.ModelRateLimited(retry_after_seconds=31)])
    with pytest.raises(errors.ModelRateLimited) as caught:
        world.run(timeout_seconds=600)
    assert caught.value.retry_after_seconds == 31
    assert world.naps == []


def test_wait_that_does_not_fit_the_budget_is_not_begun() -> None:
    world = World([errors.ModelRateLimited(retry_after_seconds=10)])
    with pytest.raises(errors.ModelRateLimited):
        world.run(timeout_seconds=10)
    assert world.naps == []


def test_timeout_that_used_the_budget_is_raised() -> None:
    world = World([errors.ModelTimedOut()], attempt_seconds=60.0)
    with pytest.raises(errors.ModelTimedOut):
        world.run()
    assert len(world.budgets) == 1


def test_spent_budget_makes_no_call() -> None:
    world = World([])
    with pytest.raises(errors.ModelTimedOut):
        world.run(timeout_seconds=0)
    assert world.budgets == []
