"""Durations, instants, local times, and the occurrences of a schedule (specification 1.1, 2.1). Reads no clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

from croniter import CroniterBadDateError, croniter

from parcours.definition.problems import Mistake, shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SHORT_DURATION = r"(\d+(?:\.\d+)?)([smhdw])"
_AMOUNT = r"(\d+(?:[.,]\d+)?)"  # ISO 8601 has a fraction of any unit, behind a point or a comma
ISO_DURATION = rf"P(?=[\dT])(?:{_AMOUNT}W)?(?:{_AMOUNT}D)?(?:T(?=\d)(?:{_AMOUNT}H)?(?:{_AMOUNT}M)?(?:{_AMOUNT}S)?)?"
SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = timedelta(days=36525)
UNIT_NAMES = {
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
    "w": "w wk wks week weeks",
}

INSTANT = r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s*([Zz]|[+-]\d\d(?::?\d\d)?)?)?"
DATE = r"\d{4}-\d\d-\d\d"

# No clock change moves local time by more; what it moves is looked for on both sides of an interval.
CLOCK_CHANGE = timedelta(hours=26)
CRON_FIELD = r"(?i:[\d*,/#?L-]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+"


class HasSchedule(Protocol):
    """The `schedule` of a read or of an audience: one of cron and at."""

    @property
    def cron(self) -> str | None: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...


def parse_duration(text: object) -> timedelta:
    """The elapsed time that `PT5M`, `P1DT2H`, `PT1.5H`, `P2W`, `30s` or `2d` stands for. A day is 24 hours."""
    if isinstance(text, timedelta):
        return text
    wrong = Mistake(f"not a duration: {shown(text)}", _meant_duration(text) or "write 2d or PT6H")
    if not isinstance(text, str):
        raise wrong
    written = text.strip()
    if short := re.fullmatch(SHORT_DURATION, written):
        seconds = float(short[1]) * SECONDS_OF[short[2]]
    elif long := re.fullmatch(ISO_DURATION, written):
        parts = (float((part or "0").replace(",", ".")) for part in long.groups())
        seconds = sum(part * SECONDS_OF[unit] for part, unit in zip(parts, "wdhms", strict=True))
    else:
        raise wrong
    if seconds > LONGEST.total_seconds():
        raise Mistake(f"too long a duration: {shown(text)}", "100 years at most")
    return timedelta(seconds=seconds)


def _meant_duration(text: object) -> str | None:
    """What to write in place of `2 days`, `90min`, `1d12h`, `P2H`, or a number without a unit."""
    if isinstance(text, int) and not isinstance(text, bool) and text > 0:
        return f"write the unit too: {text}d, {text}h or {text}m"
    written = text.strip().lower() if isinstance(text, str) else ""
    if re.fullmatch(r"p(?=.*[ym])(\d+[ymwd])+|(interval\s+)?'?\d+'?\s*(mo|mon|months?|y|yrs?|years?)", written):
        return "months and years differ in length: write P30D or P365D"
    words = re.fullmatch(r"(?:interval\s+)?'?(\d+(?:\.\d+)?)'?\s*([a-z]+)'?", written)
    unit = next((unit for unit, names in UNIT_NAMES.items() if words and words[2] in names.split()), None)
    if words and unit:
        return f"write {words[1]}{unit}"
    several = re.fullmatch(r"pt?(?=\d)(?:(\d+)d)?t?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", "p" + written.lstrip("p"))
    if several is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in several.groups())
    length = timedelta(days=min(days, LONGEST.days)) + timedelta(hours=min(hours, 10**6))
    return f"write {format_duration(length + timedelta(minutes=min(minutes, 10**6), seconds=min(seconds, 10**6)))}"


def format_duration(duration: timedelta) -> str:
    """ISO 8601, as short as can be: `P2D`, `PT90M` is `PT1H30M`."""
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{duration.microseconds:06d}".rstrip("0") if duration.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    text = "P" + (f"{duration.days}D" if duration.days else "") + (f"T{clock}" if clock else "")
    return "PT0S" if text == "P" else text


def parse_local_time(text: object) -> time:
    """The time of day that `HH:MM` stands for."""
    if isinstance(text, time):
        return text
    parts = re.fullmatch(r"(\d{1,2}):(\d\d)(:00)?", text.strip()) if isinstance(text, str) else None
    if not parts or int(parts[1]) > 23 or int(parts[2]) > 59:
        is_over = parts is not None and 24 <= int(parts[1]) < 48 and int(parts[2]) <= 59
        remedy = (
            f'a day has 24 hours: write "{int(parts[1]) - 24:02}:{parts[2]}"' if parts and is_over else 'write "09:00"'
        )
        raise Mistake(f"not a local time: {shown(text)}", remedy)
    if len(parts[1]) == 1 or parts[3]:
        raise Mistake(f"not a local time: {shown(text)}", f'write "{int(parts[1]):02}:{parts[2]}"')
    return time(int(parts[1]), int(parts[2]))


def parse_date(text: object) -> date:
    """The calendar day that `2026-03-01` stands for."""
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    try:
        if isinstance(text, str) and re.fullmatch(DATE, text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise Mistake(f"not a date: {shown(text)}", "write 2026-03-01")


def parse_instant(text: object, zone: str) -> datetime:
    """The instant, in UTC. A naive one, or a day alone (its midnight), is read in `zone`."""
    wrong = Mistake(f"not an instant: {shown(text)}", "write 2026-03-01T09:00:00Z")
    try:
        if isinstance(text, datetime):
            moment = text
        elif isinstance(text, date):
            moment = datetime.combine(text, time())
        elif isinstance(text, str) and (parts := re.fullmatch(INSTANT, text.strip())):
            day, clock, offset = parts[1], parts[2] or "00:00", (parts[3] or "").upper()
            moment = datetime.fromisoformat(f"{day}T{clock}{offset}")
        else:
            raise wrong
        return local_to_instant(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None


def local_to_instant(naive: datetime, zone: str) -> datetime:
    """The instant, in UTC, of a local time: one that is skipped moves forward by the gap, of two the first."""
    return naive.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: object) -> bool:
    """Whether this is an IANA time zone, spelled as IANA spells it."""
    return isinstance(name, str) and name in _zones()


def all_zones() -> frozenset[str]:
    """The names of all known time zones."""
    return _zones()


def iso(moment: datetime) -> str:
    """`2026-03-02T09:00:00Z`; with a fraction only where there is one."""
    utc = moment.astimezone(UTC)
    fraction = f".{utc.microsecond:06d}".rstrip("0") if utc.microsecond else ""
    return utc.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def check_cron(text: str) -> str:
    """The expression itself, if it has five fields, no chance in it, and comes at all."""
    wrong = Mistake(f"not a cron expression: {shown(text)}", 'write five fields, such as "0 9 * * MON"')
    fields = text.split()
    # croniter also takes seconds, H and R (a random minute): what differs from run to run has no place here.
    if len(fields) != 5 or not all(re.fullmatch(CRON_FIELD, field) for field in fields):
        raise wrong
    try:
        next(_cron_times(text, datetime(2000, 1, 1)))  # noqa: DTZ001 - cron times are local
    except CroniterBadDateError:
        raise Mistake(f"a cron expression that never comes: {shown(text)}") from None
    except (ValueError, KeyError):
        raise wrong from None
    return text


def _cron_times(cron: str, after: datetime) -> Iterator[datetime]:
    times = croniter(cron, after)
    while True:
        yield times.get_next(datetime)


def occurrences(
    schedule: HasSchedule, zone: str, start: datetime, end: datetime, *, includes_start: bool
) -> list[datetime]:
    """The instants of a schedule in (start, end], or in [start, end], in order. Cron is local time of `zone`."""
    found = {schedule.at} if schedule.at is not None else _cron_instants(schedule, zone, start, end)
    return sorted(at for at in found if (start < at or (includes_start and start == at)) and at <= end)


def _cron_instants(schedule: HasSchedule, zone: str, start: datetime, end: datetime) -> set[datetime]:
    """As a set: of two local times that a clock change lays on one instant there is one occurrence."""
    assert schedule.cron is not None, "a schedule has one of cron and at"
    first, last = (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in (start, end))
    found: set[datetime] = set()
    try:
        for local in _cron_times(schedule.cron, first - CLOCK_CHANGE):
            if local > last + CLOCK_CHANGE:
                break
            instant = local_to_instant(local, zone)
            if schedule.until is None or instant <= schedule.until:
                found.add(instant)
    except CroniterBadDateError:  # it doesn't come again within croniter's 50 years
        pass
    return found
