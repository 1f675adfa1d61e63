"""Numbers that an account's processes share for a while, under keys that begin with the account; it loses nothing."""

import logging

import redis

from igny8_core.tenancy.context import current_context, site_scope_text
from igny8_core.tenancy.redis import count_back, redis_client

logger = logging.getLogger("igny8.cache")


def tenant_cache_put(name: str, number: int, *, seconds: int) -> None:
    """Remember a number of the current account, as seen with its current sites. Raises NoTenantContext."""
    key = _key(name)
    try:
        redis_client().set(key, number, ex=seconds)
    except redis.RedisError:
        logger.warning("not remembered: Redis does not answer")


def tenant_cache_take(name: str) -> int:
    """Take one off a remembered number and give what is left; 0 when there is none or it is used up.

    In one step, so that callers side by side never take the same one. Raises NoTenantContext.
    """
    return count_back(_key(name))


def _key(name: str) -> str:
    context = current_context()
    return f"igny8:cache:{context.account_id}:{site_scope_text(context.site_ids)}:{name}"
