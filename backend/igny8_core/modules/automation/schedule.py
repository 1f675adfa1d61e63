"""When a schedule starts next: one pure function over wall clocks, without a database or the current time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from igny8_core.modules.automation.constants import EVERY_WEEKDAY, ScheduleKind

_DAYS_AHEAD = 9  # a week, and one day more for a zone that leaves a date out


@dataclass(frozen=True, slots=True)
class Schedule:
    """At `hour` o'clock of `time_zone`, every day or on ISO `weekdays`; before `not_before` it rests."""

    kind: str
    hour: int
    time_zone: str
    weekdays: Sequence[int] = ()
    not_before: date | None = None


def schedule_next(schedule: Schedule, *, after: datetime) -> datetime | None:
    """The first start after an instant, in UTC; None when the schedule is off.

    Where the clock skips the hour it starts an hour later on the clock; an hour that comes twice counts the first time.
    Raises ZoneInfoNotFoundError.
    """
    if schedule.kind == ScheduleKind.OFF:
        return None
    zone = ZoneInfo(schedule.time_zone)
    weekdays = EVERY_WEEKDAY if schedule.kind == ScheduleKind.DAILY else schedule.weekdays
    first = after.astimezone(zone).date()
    if schedule.not_before is not None:
        first = max(first, schedule.not_before)
    for ahead in range(_DAYS_AHEAD):
        day = first + timedelta(days=ahead)
        if day.isoweekday() not in weekdays:
            continue
        start = datetime(day.year, day.month, day.day, schedule.hour, tzinfo=zone).astimezone(UTC)
        if start > after:
            return start
    return None


def month_start(now: datetime, *, time_zone: str) -> datetime:
    """When the calendar month that `now` falls into began in a time zone, in UTC."""
    local = now.astimezone(ZoneInfo(time_zone))
    return datetime(local.year, local.month, 1, tzinfo=local.tzinfo).astimezone(UTC)
