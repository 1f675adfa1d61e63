"""Keeps an account within its plan's number of keywords."""

import time

from igny8_core.auth.errors import PlanLimitReached
from igny8_core.auth.selectors import plan_allowance
from igny8_core.modules.planner.constants import AMPLE_ROOM, ROOM_MEMO_SECONDS
from igny8_core.modules.planner.models import Keyword
from igny8_core.tenancy.context import current_context

# account -> (until when it is believed, keywords that may still be added); counting was a quarter of a create's cost
_ample: dict[int, tuple[float, int]] = {}


def keyword_limit_check(new_count: int) -> None:
    """Raise PlanLimitReached unless the plan has room for so many more keywords.

    Imports, and single keywords near the limit, hold the account until the commit, so that two writers never share the
    last room. Far below it a single keyword believes this process's last count for 30 s: the limit is a commercial
    line, and what others add meanwhile can carry it over by no more than they add in that time.
    """
    if not new_count or (new_count == 1 and _has_ample_room()):
        return
    room = plan_allowance("max_keywords", Keyword.objects.all())
    if room.used + new_count > room.allowed:
        raise PlanLimitReached(
            f"The plan allows {room.allowed:,} keywords; there are {room.used:,} and this would add {new_count:,}."
        )
    left = room.allowed - room.used - new_count
    _ample[current_context().account_id] = (time.monotonic() + ROOM_MEMO_SECONDS, left)


def _has_ample_room() -> bool:
    account_id = current_context().account_id
    until, left = _ample.get(account_id, (0.0, 0))
    if time.monotonic() > until or left <= AMPLE_ROOM:
        _ample.pop(account_id, None)
        return False
    _ample[account_id] = (until, left - 1)
    return True
