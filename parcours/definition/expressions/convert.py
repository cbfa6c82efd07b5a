"""A term as a term of another type, in a form that gives null where a value doesn't fit."""

from __future__ import annotations

from datetime import date, datetime

from parcours.definition.expressions import literals
from parcours.definition.expressions.terms import Term, data_term, local_term, number_term, quoted
from parcours.definition.expressions.types import (
    DATE,
    DOUBLE,
    INSTANT,
    LOCAL_TIME,
    NULL,
    TEXT,
    TRUTH,
    UNKNOWN,
    WIDER,
    Type,
    common_number,
)
from parcours.definition.problems import Mistake

# Spark completes a text such as `10:00` by the day on which the job runs, and takes years of six digits, which overflow
# later.
DATED_TEXT = r"(?s)^\s*\d{4}-\d{1,2}-\d{1,2}(?!\d).*$"

# Between these every change of zone stays within what a timestamp holds.
FIRST_INSTANT = "TIMESTAMP '0001-01-01 00:00:00Z'"
LAST_INSTANT = "TIMESTAMP '9999-12-31 00:00:00Z'"
FIRST_LOCAL_TIME = "TIMESTAMP_NTZ '0001-01-01 00:00:00'"
LAST_LOCAL_TIME = "TIMESTAMP_NTZ '9999-12-31 00:00:00'"


def convert(term: Term, to: Type, zone: str) -> Term:
    """The term as another type, where a value of it can be meant without saying so; Mistake where none can."""
    source = term.type
    if source == to:
        return term
    if to == UNKNOWN or (source == UNKNOWN and (to.is_nested or to.is_interval)):
        return term.typed(to)
    if source == UNKNOWN:
        return data_term(f"try_cast({term.sql} AS {to})", to)
    if source == NULL:
        return Term(f"CAST(NULL AS {to})", to)
    if isinstance(term.literal, str) and source == TEXT:
        return literal_text_to(term.literal, to, zone)
    if source == TEXT and (to.is_number or to.is_moment or to == TRUTH):
        return text_to(term.sql, to)
    if to == TEXT and (source.is_number or source.is_moment or source == TRUTH):
        return Term(f"CAST({term.sql} AS STRING)", TEXT)
    if source.is_number and to.is_number:
        return _number_to(term, to)
    if source.is_moment and to.is_moment:
        return _moment_to(term, to, zone)
    if source.is_interval and to.is_interval and "month" not in source.name + to.name:
        return Term(f"CAST({term.sql} AS {to})", to)
    if source.name == to.name == "array" and source.element and to.element:
        return _array_to(term, source.element, to)
    raise Mistake(f"{source.said} can't be used as {to.said}")


def cast(term: Term, to: Type, zone: str) -> Term:
    """The term as another type because its author said so: CAST. Null where a value doesn't fit."""
    source = term.type
    if source == to:
        return term
    if source == LOCAL_TIME and to == INSTANT and not isinstance(term.literal, datetime):
        return in_zone(term.sql, zone)
    if source == INSTANT and to == LOCAL_TIME:
        return local_in_zone(term, zone)
    if (source.is_number or source == TRUTH) and (to.is_number or to == TRUTH):
        return data_term(f"try_cast({term.sql} AS {to})", to)
    try:
        return convert(term, to, zone)
    except Mistake:
        if not isinstance(term.literal, str):
            raise Mistake(f"{source.said} can't be cast to {to}") from None
        if to.is_number or to == TRUTH or (to.is_moment and not literals.begins_with_a_day(term.literal)):
            return text_to(term.sql, to)  # as text of data, which is null where it doesn't fit
        raise


def text_to(sql: str, to: Type) -> Term:
    """Text of data as another type; null where it doesn't fit."""
    if to == TEXT:
        return Term(sql, to)
    if to.is_moment:
        return Term(f"try_cast(regexp_extract({sql}, {quoted(DATED_TEXT)}, 0) AS {to})", to)
    if to.is_nested:
        return Term(f"from_json({sql}, {quoted(str(to))})", to)
    return data_term(f"try_cast({sql} AS {to})", to)


def literal_text_to(text: str, to: Type, zone: str) -> Term:
    """A text in quotes as another type; Mistake where it isn't one."""
    if to.is_number:
        return _number_to(literals.read_number(text), to)
    if to == DATE:
        return literals.read_date(text)
    if to == INSTANT:
        return literals.read_instant(text, zone)
    if to == LOCAL_TIME:
        return literals.read_local_time(text)
    if to == TRUTH and text.strip().lower() in ("true", "false"):
        return Term(text.strip().lower(), TRUTH, text.strip().lower() == "true")
    raise Mistake(f"the text {quoted(text)} can't be used as {to.said}", "write true or false" if to == TRUTH else None)


def in_zone(sql: str, zone: str) -> Term:
    """The instant of a local time or a date in a zone; null outside of the years 1 to 9999."""
    if zone == "UTC":
        return Term(f"try_cast({sql} AS TIMESTAMP)", INSTANT)
    bounded = within_calendar(Term(f"try_cast({sql} AS TIMESTAMP)", INSTANT))
    return Term(f"to_utc_timestamp({bounded.sql}, {quoted(zone)})", INSTANT)


def local_in_zone(term: Term, zone: str) -> Term:
    """The local time of an instant in a zone; null outside of the years 1 to 9999."""
    written = term.literal
    if isinstance(written, datetime) and written.tzinfo is None:
        return local_term(written)
    shifted = within_calendar(term).sql
    if zone != "UTC":
        shifted = f"from_utc_timestamp({shifted}, {quoted(zone)})"
    return Term(f"CAST({shifted} AS TIMESTAMP_NTZ)", LOCAL_TIME)


def within_calendar(term: Term) -> Term:
    """An instant or a local time; null outside of the years 1 to 9999, where further reckoning could overflow."""
    if term.sql in ("__now", "__local_now") or term.literal is not None:
        return term
    first, last = FIRST_INSTANT, LAST_INSTANT
    if term.type == LOCAL_TIME:
        first, last = FIRST_LOCAL_TIME, LAST_LOCAL_TIME
    # least and greatest pass nulls over; so whatever comes out as the bound itself was beyond it, or null.
    return Term(f"nullif(greatest(nullif(least({term.sql}, {last}), {last}), {first}), {first})", term.type)


def _number_to(term: Term, to: Type) -> Term:
    number = term.literal
    if isinstance(number, int | float) and not isinstance(number, bool) and to == DOUBLE:
        return number_term(float(number))
    if isinstance(number, int) and to.name == "bigint":
        return Term(f"{number}L" if number >= 0 else f"({number}L)", to, number)
    if to.is_whole and not term.type.is_whole:
        raise Mistake(f"{term.type.said} can't be used as a whole number", "write CAST(... AS INT)")
    is_wider = WIDER.index(to.name) >= WIDER.index(term.type.name) and common_number(term.type, to) == to
    return Term(f"{'CAST' if is_wider else 'try_cast'}({term.sql} AS {to})", to)


def _moment_to(term: Term, to: Type, zone: str) -> Term:
    written = term.literal
    if to == DATE:
        return Term(f"CAST({term.sql} AS DATE)", to)
    if isinstance(written, datetime) and written.tzinfo is None:
        return local_term(written) if to == LOCAL_TIME else literals.instant_of(written, zone)
    if isinstance(written, date) and not isinstance(written, datetime) and to == INSTANT:
        return literals.instant_of(written, zone)
    if term.type == DATE:
        return in_zone(term.sql, zone) if to == INSTANT else Term(f"try_cast({term.sql} AS TIMESTAMP_NTZ)", to)
    remedy = "CAST(... AS TIMESTAMP) reads a local time in the journey's zone" if term.type == LOCAL_TIME else None
    raise Mistake(f"{term.type.said} can't be used as {to.said}", remedy)


def _array_to(term: Term, element: Type, to: Type) -> Term:
    assert to.element, "an array has elements of some type"
    both_numbers = element.is_number and to.element.is_number and common_number(element, to.element) == to.element
    if both_numbers or element in (NULL, UNKNOWN) or (to.element == TEXT and not element.is_nested):
        return Term(f"CAST({term.sql} AS {to})", to)
    raise Mistake(f"{term.type} can't be used as {to}")
