"""When a model call is tried again and how long it waits; knows no provider and no HTTP."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from igny8_core.ai.errors import ModelError, ModelRateLimited, ModelTimedOut

T = TypeVar("T")

ATTEMPTS_MAX = 3
BACKOFF_SECONDS = 0.5
BACKOFF_CAP_SECONDS = 8.0
# A provider that asks for more is left to the job's own schedule: a worker must not sleep for minutes.
RETRY_AFTER_CAP_SECONDS = 30.0

_jitter = random.SystemRandom()


def with_retries(
    attempt: Callable[[float], T],
    *,
    timeout_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> T:
    """Call `attempt(seconds_left)` until it succeeds, at most three times within `timeout_seconds`.

    Raises the last ModelError when it is not retryable, when the attempts are used up, or when the wait
    before the next one would not fit; ModelTimedOut when the budget is gone before an attempt.
    """
    deadline = monotonic() + timeout_seconds
    number = 1
    while True:
        seconds_left = deadline - monotonic()
        if seconds_left <= 0:
            raise ModelTimedOut
        try:
            return attempt(seconds_left)
        except ModelError as error:
            wait_seconds = _wait_seconds(error, number=number)
            if wait_seconds is None or monotonic() + wait_seconds >= deadline:
                raise
        sleep(wait_seconds)
        number += 1


def _wait_seconds(error: ModelError, *, number: int) -> float | None:
    if not error.is_retryable or number >= ATTEMPTS_MAX:
        return None
    if isinstance(error, ModelRateLimited) and error.retry_after_seconds is not None:
        wish = error.retry_after_seconds
        return wish if wish <= RETRY_AFTER_CAP_SECONDS else None
    ceiling = min(BACKOFF_CAP_SECONDS, BACKOFF_SECONDS * 2.0**number)
    return _jitter.uniform(ceiling / 2, ceiling)
