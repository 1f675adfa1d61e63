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


@cache
def redis_client() -> redis.Redis:
    """The process's client; each command may raise redis.RedisError, and callers decide what its loss means."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30
    )


@cache
def _counter() -> Any:
    return redis_client().register_script(_COUNT)


def count_in_window(key: str, *, seconds: int) -> int | None:
    """Count one more under a key that lives for `seconds`; None, with a warning, when Redis does not answer."""
    try:
        return int(_counter()(keys=[key], args=[seconds * 1000]))
    except redis.RedisError:
        logger.warning("not counted: Redis does not answer")
        return None
