"""The next start by wall clock: days, weekdays, clocks that are set forward and back, days that do not exist."""

from datetime import UTC, date, datetime

import pytest

from igny8_core.modules.automation.schedule import Schedule, month_start, schedule_next


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(after: str, **fields: object) -> str:
    wanted = {"kind": "daily", "hour": 6, "time_zone": "UTC"} | fields
    found = schedule_next(Schedule(**wanted), after=at(after))
    return found.strftime("%Y-%m-%dT%H:%M") if found else "never"


@pytest.mark.parametrize(
    ("after", "zone", "hour", "expected"),
    [
        ("2026-01-10T05:59", "UTC", 6, "2026-01-10T06:00"),
        ("2026-01-10T06:00", "UTC", 6, "2026-01-11T06:00"),
        ("2026-01-10T05:59", "Europe/Berlin", 6, "2026-01-11T05:00"),
        ("2026-07-10T03:59", "Europe/Berlin", 6, "2026-07-10T04:00"),
        ("2026-01-10T23:00", "Asia/Kolkata", 6, "2026-01-11T00:30"),
        ("2026-01-10T23:00", "Pacific/Kiritimati", 0, "2026-01-11T10:00"),
        ("2026-01-10T11:00", "Pacific/Pago_Pago", 0, "2026-01-11T11:00"),
    ],
)
def test_daily_start_is_the_next_such_hour_of_the_zone(
    after: str, zone: str, hour: int, expected: str
) -> None:
    assert following(after, time_zone=zone, hour=hour) == expected


def test_start_keeps_its_hour_on_the_wall_when_clocks_change() -> None:
    berlin = {"time_zone": "Europe/Berlin", "hour": 6}
    assert following("2026-03-28T12:00", **berlin) == "2026-03-29T04:00"  # summer time since two in the night
    assert following("2026-03-27T12:00", **berlin) == "2026-03-28T05:00"
    assert following("2026-10-24T12:00", **berlin) == "2026-10-25T05:00"
    assert following("2026-10-23T12:00", **berlin) == "2026-10-24T04:00"


def test_hour_that_the_clock_skips_starts_an_hour_later_that_day_alone() -> None:
    berlin = {"time_zone": "Europe/Berlin", "hour": 2}
    skipped = following("2026-03-28T12:00", **berlin)
    assert skipped == "2026-03-29T01:00"  # three o'clock: there is no two
    assert following(skipped, **berlin) == "2026-03-30T00:00"


def test_hour_that_comes_twice_starts_once() -> None:
    berlin = {"time_zone": "Europe/Berlin", "hour": 2}
    first = following("2026-10-24T12:00", **berlin)
    assert first == "2026-10-25T00:00"
    assert following(first, **berlin) == "2026-10-26T01:00"
    assert following("2026-10-25T00:30", **berlin) == "2026-10-26T01:00"


def test_date_that_a_zone_left_out_is_no_obstacle() -> None:
    apia = {"time_zone": "Pacific/Apia", "hour": 6}  # there was no 30 December 2011
    assert following("2011-12-29T17:00", **apia) == "2011-12-30T16:00"
    assert following("2011-12-30T16:00", **apia) == "2011-12-31T16:00"


def test_weekly_start_is_on_its_weekdays_alone() -> None:
    weekly = {"kind": "weekly", "weekdays": [1, 4]}
    assert following("2026-01-05T05:00", **weekly) == "2026-01-05T06:00"  # a Monday
    assert following("2026-01-05T06:00", **weekly) == "2026-01-08T06:00"
    assert following("2026-01-08T06:00", **weekly) == "2026-01-12T06:00"
    assert following("2026-01-12T06:00", kind="weekly", weekdays=[1]) == "2026-01-19T06:00"
    assert following("2026-01-12T06:00", kind="weekly", weekdays=[]) == "never"


def test_weekday_is_the_zones_not_utcs() -> None:
    weekly = {"kind": "weekly", "weekdays": [1], "time_zone": "America/Los_Angeles", "hour": 20}
    assert following("2026-01-05T05:00", **weekly) == "2026-01-06T04:00"


def test_schedule_rests_until_its_date() -> None:
    assert following("2026-01-05T05:00", not_before=date(2026, 2, 1)) == "2026-02-01T06:00"
    weekly = {"kind": "weekly", "weekdays": [1], "not_before": date(2026, 2, 3)}
    assert following("2026-01-05T05:00", **weekly) == "2026-02-09T06:00"
    assert following("2026-03-05T05:00", not_before=date(2026, 2, 1)) == "2026-03-05T06:00"


def test_schedule_that_is_off_never_starts() -> None:
    assert following("2026-01-05T05:00", kind="off") == "never"


def test_month_begins_at_midnight_of_the_zone() -> None:
    assert month_start(at("2026-03-31T23:30"), time_zone="UTC") == at("2026-03-01T00:00")
    assert month_start(at("2026-03-31T23:30"), time_zone="Europe/Berlin") == at("2026-03-31T22:00")
    assert month_start(at("2026-03-15T00:00"), time_zone="Europe/Berlin") == at("2026-02-28T23:00")
