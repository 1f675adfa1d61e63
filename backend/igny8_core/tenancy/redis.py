"""One Redis connection pool per process, for counters that must be shared; keys are built by the callers' tenant."""

from functools import cache

import redis
from django.conf import settings


@cache
def redis_client() -> redis.Redis:
    """The process's client; each command may raise redis.RedisError, and callers decide what its loss means."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30
    )
