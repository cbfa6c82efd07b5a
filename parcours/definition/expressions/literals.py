"""What is written out in an expression: dates, instants, numbers in quotes. Read here, never by Spark.

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
from parcours.definition.problems import Mistake, shown

NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d?)(?::(\d\d?)(?:\.(\d{1,6}))?)?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?"
)


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


def begins_with_a_day(text: str) -> bool:
    """Whether a text is meant as a date or an instant, however it goes on."""
    try:
        read_moment(text.strip()[:10])
    except Mistake:
        return False
    return True


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
