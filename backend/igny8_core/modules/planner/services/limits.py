"""Keeps an account within its plan's number of keywords."""

from igny8_core.auth.errors import PlanLimitReached
from igny8_core.auth.selectors import account_get, plan_allowance
from igny8_core.modules.planner.constants import AMPLE_ROOM, ROOM_MEMO_SECONDS
from igny8_core.modules.planner.models import Keyword
from igny8_core.tenancy.cache import tenant_cache_put, tenant_cache_take

AMPLE = "planner.keywords.ample"  # how many more may be added before somebody counts again


def keyword_limit_check(new_count: int) -> None:
    """Raise PlanLimitReached unless the plan has room for so many more keywords.

    Imports, and single keywords near the limit, hold the account until the commit, so that two writers never share the
    last room. Far below it a single keyword takes one off the last count, which lives 30 s and leaves the last 500
    out: counting was a quarter of a create's cost.
    """
    if not new_count or (new_count == 1 and tenant_cache_take(AMPLE)):
        return
    room = plan_allowance("max_keywords", Keyword.objects.all())
    if room.used + new_count > room.allowed:
        raise PlanLimitReached(
            f"The plan allows {room.allowed:,} keywords; there are {room.used:,} and this would add {new_count:,}."
        )
    left = room.allowed - room.used - new_count - AMPLE_ROOM
    if left > 0:
        tenant_cache_put(AMPLE, left, seconds=ROOM_MEMO_SECONDS)


def keywords_left() -> int:
    """How many more keywords the plan allows now; nothing is held, so that another writer may take them."""
    allowed: int = account_get().plan.max_keywords
    return max(allowed - Keyword.objects.count(), 0)
