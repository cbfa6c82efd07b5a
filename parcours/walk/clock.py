"""Instants as whole microseconds since 1970 in UTC, and the calendar around them (specification 2.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from parcours.definition.times import local_to_instant

UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = dt.timedelta(microseconds=1)
SECOND = 1_000_000
UNITS = {"second": SECOND, "minute": 60 * SECOND, "hour": 3600 * SECOND}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def micros(moment: dt.datetime | dt.timedelta) -> int:
    """Whole microseconds of an aware datetime since the epoch, or of a duration."""
    if isinstance(moment, dt.timedelta):
        return moment // MICROSECOND
    return (moment - EPOCH) // MICROSECOND


def moment_of(instant: int) -> dt.datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + dt.timedelta(microseconds=instant)


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=100_000)
def local_time(instant: int, zone_name: str) -> dt.datetime:
    """The aware local datetime of an instant."""
    return moment_of(instant).astimezone(zone(zone_name))


def local_date(instant: int, zone_name: str) -> dt.date:
    return local_time(instant, zone_name).date()


@lru_cache(maxsize=100_000)
def instant_at(day: dt.date, time: dt.time, zone_name: str) -> int:
    """The instant of a local time; a skipped one moves forward by the gap, of two the first."""
    return micros(local_to_instant(dt.datetime.combine(day, time), zone_name))


def midnight(day: dt.date, zone_name: str) -> int:
    return instant_at(day, dt.time(), zone_name)


@lru_cache(maxsize=100_000)
def window(per: str, zone_name: str, instant: int) -> tuple[int, int]:
    """[start, next start) of the calendar window that holds the instant.

    A day is a local day. Hours, minutes and seconds are cut by the local clock but run by elapsed time, so that an
    hour that a clock change repeats is two windows (1.4).
    """
    if per == "day":
        day = local_date(instant, zone_name)
        return midnight(day, zone_name), midnight(day + dt.timedelta(days=1), zone_name)
    local = local_time(instant, zone_name)
    past = local.microsecond
    if per in ("minute", "hour"):
        past += local.second * SECOND
    if per == "hour":
        past += local.minute * UNITS["minute"]
    return instant - past, instant - past + UNITS[per]


def is_in_period(days: Sequence[str] | None, start: dt.time, end: dt.time | None, instant: int, zone_name: str) -> bool:
    """Whether the instant lies in [start, end) local time on one of the days; end None is the end of the day.

    A period whose start is later than its end crosses midnight and belongs to the day on which it starts.
    """
    today = local_date(instant, zone_name)
    for back in (0, 1, 2):
        day = today - dt.timedelta(days=back)
        if days and WEEKDAYS[day.weekday()] not in days:
            continue
        last_day = day + dt.timedelta(days=1) if end is None or start > end else day
        if instant_at(day, start, zone_name) <= instant < instant_at(last_day, end or dt.time(), zone_name):
            return True
    return False


def next_local_moment(
    time: dt.time, days: Sequence[str] | None, in_days: int | None, instant: int, zone_name: str
) -> int:
    """The first such local moment from the instant and from the local date `in_days` after it, on one of the days."""
    day = local_date(instant, zone_name) + dt.timedelta(days=in_days or 0)
    while True:
        if not days or WEEKDAYS[day.weekday()] in days:
            at = instant_at(day, time, zone_name)
            if at >= instant:
                return at
        day += dt.timedelta(days=1)
