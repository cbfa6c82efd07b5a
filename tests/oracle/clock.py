"""Instants, local times, durations and calendar windows, as specification 1.1, 1.4 and 2.1 say them."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from croniter import croniter

UTC = dt.UTC
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = available_timezones()
ONE = {
    "second": dt.timedelta(seconds=1),
    "minute": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
    "week": dt.timedelta(weeks=1),
}


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def is_known_zone(name: object) -> bool:
    return isinstance(name, str) and name in ZONES


def local_to_instant(naive: dt.datetime, zone_name: str) -> dt.datetime:
    """The instant of a local time: a skipped one moves forward by the gap, of two it is the first (fold=0 is both)."""
    return naive.replace(tzinfo=zone(zone_name), fold=0).astimezone(UTC)


def instant(value: Any, zone_name: str = "UTC") -> dt.datetime:
    """The instant of ISO text or a datetime; a naive one is read in the zone."""
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return local_to_instant(moment, zone_name) if moment.tzinfo is None else moment.astimezone(UTC)


def optional_instant(value: Any, zone_name: str = "UTC") -> dt.datetime | None:
    return None if value is None else instant(value, zone_name)


def iso(moment: dt.datetime) -> str:
    """2026-03-02T09:00:00Z; with a fraction only where there is one."""
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def optional_iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def date_of(value: Any) -> dt.date:
    """The date of a YAML date or of its text."""
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])


def local_date(moment: dt.datetime, zone_name: str) -> dt.date:
    return moment.astimezone(zone(zone_name)).date()


@cache
def duration(text: str) -> dt.timedelta:
    """The length of PT5M, P2D, P1DT2H, P2W or of the short 30s, 5m, 2h, 3d, 1w."""
    short = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", text.strip())
    if short:
        unit = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}[short[2]]
        return float(short[1]) * ONE[unit]
    long = re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", text.strip())
    if not long:
        raise ValueError(f"not a duration: {text}")
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in long.groups())
    return dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def at_clock(day: dt.date, clock: str, zone_name: str) -> dt.datetime:
    """The instant of HH:MM on a local day; 24:00 is the next day's midnight."""
    hour, minute = (int(part) for part in str(clock).split(":")[:2])
    if hour == 24:
        day, hour = day + ONE["day"], 0
    return local_to_instant(dt.datetime.combine(day, dt.time(hour, minute)), zone_name)


def midnight(day: dt.date, zone_name: str) -> dt.datetime:
    return at_clock(day, "00:00", zone_name)


def end_of_period(period: Mapping[str, Any], moment: dt.datetime, zone_name: str) -> dt.datetime | None:
    """When the period {days, from, to} in which the moment lies ends; None outside of it.

    A period that crosses midnight belongs to the day on which it starts. Three days are looked at because a clock
    change may move an end by more than the distance to midnight.
    """
    start, end = str(period.get("from", "00:00")), str(period.get("to", "24:00"))
    today, ends = local_date(moment, zone_name), []
    for day in (today, today - ONE["day"], today - 2 * ONE["day"]):
        if period.get("days") and WEEKDAYS[day.weekday()] not in period["days"]:
            continue
        starts_at = at_clock(day, start, zone_name)
        ends_at = at_clock(day + ONE["day"] if start > end else day, end, zone_name)
        if starts_at <= moment < ends_at:
            ends.append(ends_at)
    return max(ends, default=None)


def window(per: str, zone_name: str, moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """[start, next start) of the calendar window that holds the moment; an hour that occurs twice is two windows."""
    local = moment.astimezone(zone(zone_name))
    if per == "day":
        return midnight(local.date(), zone_name), midnight(local.date() + ONE["day"], zone_name)
    past = dt.timedelta(microseconds=local.microsecond)
    if per in ("minute", "hour"):
        past += dt.timedelta(seconds=local.second)
    if per == "hour":
        past += dt.timedelta(minutes=local.minute)
    return moment - past, moment - past + ONE[per]


def occurrences(schedule: Mapping[str, Any], zone_name: str, start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """The instants of a read's schedule in [start, end]: {at}, or {cron, until} in the zone's local time (1.2)."""
    if "at" in schedule:
        at = instant(schedule["at"], zone_name)
        return [at] if start <= at <= end else []
    last = min(end, optional_instant(schedule.get("until"), zone_name) or end)
    # Clock changes move local times by hours against instants, so the local range is looked at with a margin.
    margin = dt.timedelta(hours=4)
    first_local, last_local = ((m.astimezone(zone(zone_name)).replace(tzinfo=None)) for m in (start, end))
    ticks, found = croniter(schedule["cron"], first_local - margin), set()
    while (local := ticks.get_next(dt.datetime)) <= last_local + margin:
        found.add(local_to_instant(local, zone_name))
    return sorted(moment for moment in found if start <= moment <= last)


def first_local_moment(rule: Mapping[str, Any], moment: dt.datetime, zone_name: str) -> dt.datetime:
    """The first moment {time, days, in_days} not before the given one, nor before the local date in_days after it."""
    day = local_date(moment, zone_name) + int(rule.get("in_days") or 0) * ONE["day"]
    while True:
        if not rule.get("days") or WEEKDAYS[day.weekday()] in rule["days"]:
            found = at_clock(day, rule["time"], zone_name)
            if found >= moment:
                return found
        day += ONE["day"]


def best_send_time(
    engaged_at: Iterable[dt.datetime], within: dt.timedelta, moment: dt.datetime, zone_name: str
) -> dt.datetime | None:
    """The next start of the local hour in which most fell, the earlier of several (decision 8); None: none within."""
    hours = Counter(engaged.astimezone(zone(zone_name)).hour for engaged in engaged_at)
    if not hours:
        return None
    hour = min(hours, key=lambda hour: (-hours[hour], hour))
    found = first_local_moment({"time": f"{hour:02d}:00"}, moment, zone_name)
    return found if found <= moment + within else None
