"""One Redis connection pool per process, for counters that must be shared; keys are built by the callers' tenant."""

import logging
from functools import cache
from typing import Any

import redis
from django.conf import settings

logger = logging.getLogger("igny8.redis")


# INCR, and EXPIRE on a window's first count, in one atomic round trip.
_COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n
"""


# DECR that neither makes a key nor goes below zero.
_COUNT_BACK = """
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
if n > 0 then return redis.call('DECR', KEYS[1]) end
return 0
"""


@cache
def redis_client() -> redis.Redis:
    """The process's client; each command may raise redis.RedisError, and callers decide what its loss means."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30
    )


@cache
def _counter() -> Any:
    return redis_client().register_script(_COUNT)


@cache
def _counter_back() -> Any:
    return redis_client().register_script(_COUNT_BACK)


def count_in_window(key: str, *, seconds: int) -> int | None:
    """Count one more under a key that lives for `seconds`; None, with a warning, when Redis does not answer."""
    try:
        return int(_counter()(keys=[key], args=[seconds * 1000]))
    except redis.RedisError:
        logger.warning("not counted: Redis does not answer")
        return None


def count_back(key: str) -> int:
    """Take one off a count and give what is left; 0 when there is none, or no Redis."""
    try:
        return int(_counter_back()(keys=[key]))
    except redis.RedisError:
        logger.warning("not counted back: Redis does not answer")
        return 0


def count_forget(key: str) -> None:
    """Begin again at nought."""
    try:
        redis_client().delete(key)
    except redis.RedisError:
        logger.warning("a count was not forgotten: Redis does not answer")
