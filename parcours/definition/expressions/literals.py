"""What is written out in an expression: dates, instants, numbers in quotes, intervals. Read here, never by Spark.

Spark's own reading takes `now` and `today`, and completes `10:00` by the day on which the job runs: neither can be
repeated.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from math import isinf

from parcours.definition import times
from parcours.definition.expressions.terms import Term, date_term, instant_term, local_term, number_term
from parcours.definition.expressions.types import DAYS, DURATION, MONTHS
from parcours.definition.problems import Mistake, shown

NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d?)(?::(\d\d?)(?:\.(\d{1,6}))?)?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?"
)

MONTHS_OF = {"month": 1, "year": 12}
MICROS_OF = {
    "week": 7 * 86_400_000_000,
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1_000,
    "microsecond": 1,
}
# Ten thousand years, in whichever unit: longer than any journey, and far from what overflows.
LONGEST_MONTHS = 120_000
LONGEST_MICROS = 3_652_500 * MICROS_OF["day"]


def read_moment(text: str) -> datetime:
    """The moment that `2026-03-01 09:00:00Z` stands for: aware where it has a zone, else naive. A day is midnight."""
    is_clock = re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text.strip())
    clock = 'ask hour(local_now()), or a calendar test {from: "09:00", to: "17:00"}'
    wrong = Mistake(
        f"not a date or time: {shown(text)}", clock if is_clock else "write 2026-03-01 or 2026-03-01T09:00:00Z"
    )
    parts = MOMENT.fullmatch(text.strip())
    if parts is None:
        raise wrong
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    micros = int((parts[7] or "").ljust(6, "0"))
    try:
        naive = datetime(year, month, day, hour, minute, second, micros)  # noqa: DTZ001 - its zone, if any, follows
        if parts[8] is None:
            return naive
        return datetime.fromisoformat(naive.isoformat() + parts[8].upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None


def read_date(text: str) -> Term:
    """The calendar day that a text in quotes stands for."""
    moment = read_moment(text)
    return date_term(date(moment.year, moment.month, moment.day))


def read_instant(text: str, zone: str) -> Term:
    """The instant that a text in quotes stands for; one without a zone is read in `zone`."""
    return instant_of(read_moment(text), zone)


def instant_of(moment: datetime | date, zone: str) -> Term:
    """A moment as an instant, whose literal keeps what was written."""
    written = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    try:
        instant = written if written.tzinfo else times.local_to_instant(written, zone)
    except OverflowError:
        raise Mistake(f"not an instant: {shown(str(written))}") from None
    return Term(instant_term(instant).sql, instant_term(instant).type, written)


def read_local_time(text: str) -> Term:
    """The local time that a text in quotes stands for; a zone has no place in one."""
    moment = read_moment(text)
    if moment.tzinfo is not None:
        raise Mistake(f"not a local time: {shown(text)}", "leave the zone out, or compare with an instant")
    return local_term(moment)


def read_number(text: str, *, is_double: bool = False) -> Term:
    """The number that stands in an expression: whole, decimal, or a double where it has an exponent."""
    if not re.fullmatch(NUMBER, text.strip()):
        raise Mistake(f"not a number: {shown(text)}")
    try:
        if is_double or "e" in text.lower():
            if isinf(float(text)):
                raise Mistake(f"too large a number: {text}")
            return number_term(float(text))
        number = Decimal(text.strip())
    except InvalidOperation:
        raise Mistake(f"not a number: {shown(text)}") from None
    return number_term(int(number)) if number == number.to_integral_value() and "." not in text else number_term(number)


def read_interval(amount: str, unit: str) -> Term:
    """`INTERVAL 30 DAYS`: days (which keep a date a date), months, or an elapsed time to the microsecond."""
    unit = unit.lower()
    unit = unit.removesuffix("s") if unit.removesuffix("s") in MONTHS_OF | MICROS_OF else unit
    if unit not in MONTHS_OF and unit not in MICROS_OF:
        raise Mistake(f"unknown unit of an interval: {shown(unit)}", "write DAYS, HOURS, MINUTES, SECONDS or MONTHS")
    if not re.fullmatch(NUMBER, amount.strip()):
        raise Mistake(
            f"not an interval: {shown(amount)}", f"write INTERVAL 3 {unit.upper()}S, or a number * INTERVAL 1 DAY"
        )
    size = Decimal(amount.strip()) * (MONTHS_OF.get(unit) or MICROS_OF[unit])
    longest = LONGEST_MONTHS if unit in MONTHS_OF else LONGEST_MICROS
    if size != size.to_integral_value() or abs(size) > longest:
        raise Mistake(f"not an interval: {shown(f'{amount} {unit}')}", "a whole number of months or microseconds")
    return _interval_term(int(size), unit)


def _interval_term(size: int, unit: str) -> Term:
    sign = "-" if size < 0 else ""
    if unit in MONTHS_OF:
        years, months = divmod(abs(size), 12)
        return Term(f"INTERVAL '{sign}{years}-{months}' YEAR TO MONTH", MONTHS)
    days, rest = divmod(abs(size), MICROS_OF["day"])
    if unit in ("day", "week") and not rest:
        return Term(f"INTERVAL '{sign}{days}' DAY", DAYS)
    seconds, micros = divmod(rest, 1_000_000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micros:06}"
    return Term(f"INTERVAL '{sign}{days} {clock}' DAY TO SECOND", DURATION)
