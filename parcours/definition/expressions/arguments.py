"""The kinds of argument that functions take: each turns what was given into what a function can have, or refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from parcours.definition import times
from parcours.definition.expressions import patterns
from parcours.definition.expressions.convert import convert, within_calendar
from parcours.definition.expressions.operators import day_count, truth
from parcours.definition.expressions.terms import Term, quoted, text_term
from parcours.definition.expressions.types import (
    DATE,
    DOUBLE,
    INSTANT,
    INT,
    LOCAL_TIME,
    LONG,
    NULL,
    TEXT,
    Type,
    array_of,
)
from parcours.definition.problems import Mistake, did_you_mean, one_of, shown

Argument = Callable[[Term, str], Term]

# Lengths that lpad, rpad, repeat and space may ask for: more could exhaust a worker's memory.
LONGEST_PADDING = 1000

DATE_UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK")
TIME_UNITS = (*DATE_UNITS, "DAY", "HOUR", "MINUTE", "SECOND")
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
URL_PARTS = ("HOST", "PATH", "QUERY", "REF", "PROTOCOL", "FILE", "AUTHORITY", "USERINFO")


def as_type(kind: Type) -> Argument:
    """Any value that can be meant as one of that type."""
    return lambda term, zone: convert(term, kind, zone)


def _number(term: Term, zone: str) -> Term:
    if term.type.is_number:
        return term
    return convert(term, DOUBLE, zone)


def _whole(term: Term, zone: str) -> Term:
    return term if term.type.is_whole else convert(term, LONG, zone)


def moment(term: Term, zone: str) -> Term:
    """An instant or a local time (of a date its midnight) of the years 1 to 9999: Spark's functions overflow beyond."""
    if term.type == DATE:
        term = convert(term, LOCAL_TIME, zone)
    return within_calendar(term if term.type.is_moment else convert(term, INSTANT, zone))


def _sized(term: Term, zone: str) -> Term:
    if term.type.name in ("array", "map", "unknown"):
        return term
    raise Mistake(
        f"{term.type.said} can't be used as an array", "write length(...) for text" if term.type == TEXT else None
    )


def _map(term: Term, zone: str) -> Term:
    if term.type.name in ("map", "unknown"):
        return term
    raise Mistake(f"{term.type.said} can't be used as a map")


def _array(term: Term, zone: str) -> Term:
    if term.type.name in ("array", "unknown"):
        return term
    raise Mistake(f"{term.type.said} can't be used as an array")


def _hashable(term: Term, zone: str) -> Term:
    if "map" in str(term.type) or term.type.is_interval:
        raise Mistake(f"{term.type.said} can't be hashed")
    return term


def _written(term: Term, what: str, example: str) -> str:
    """The text that stands in quotes here; what decides about a job's success can't come from data."""
    if not isinstance(term.literal, str):
        raise Mistake(f"{what} must be written out here", f"write it in quotes, such as {example}")
    return term.literal


def pattern(term: Term, zone: str) -> Term:
    """A regular expression, written out."""
    patterns.check_regex(_written(term, "the pattern", "'^[A-Z]'"))
    return term


def _print_format(term: Term, zone: str) -> Term:
    patterns.check_format(_written(term, "the format", "'dd.MM.yyyy'"))
    return term


def _read_format(term: Term, zone: str) -> Term:
    patterns.check_format(_written(term, "the format", "'dd.MM.yyyy'"), for_reading=True)
    return term


def _calm_instant(term: Term, zone: str) -> Term:
    return within_calendar(convert(term, INSTANT, zone))


def _zone(term: Term, zone: str) -> Term:
    name = _written(term, "the time zone", "'Europe/Paris'")
    if not times.known_zone(name):
        raise Mistake(f"unknown time zone: {shown(name)}", did_you_mean(name, times.all_zones()))
    return term


def _path(term: Term, zone: str) -> Term:
    path = _written(term, "the path", "'$.name'")
    if not path.startswith("$"):
        raise Mistake(f"not a path into JSON: {shown(path)}", "write '$.name'")
    return term


def _word(*words: str) -> Argument:
    """One word of a closed list, in quotes and in any case."""

    def read(term: Term, zone: str) -> Term:
        word = _written(term, "this", quoted(words[0])).upper()
        if word not in words:
            raise Mistake(f"{shown(term.literal)} isn't known here", f"write {one_of(words)}")
        return text_term(word)

    return read


def _number_within(least: int, most: int) -> Argument:
    """A whole number that is written out, within bounds."""

    def read(term: Term, zone: str) -> Term:
        number = term.literal
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise Mistake(f"a whole number from {least} to {most} must be written out here")
        return term

    return read


def _bits(term: Term, zone: str) -> Term:
    if term.literal not in (0, 224, 256, 384, 512):
        raise Mistake("the bits of sha2 must be written out", "write 224, 256, 384 or 512")
    return term


def _flag(term: Term, zone: str) -> Term:
    if not isinstance(term.literal, bool):
        raise Mistake("true or false must be written out here")
    return term


def _short(term: Term, zone: str) -> Term:
    """A count of something in a text: the least int has no absolute value, and no text has 32,767 of it."""
    if isinstance(term.literal, int) and abs(term.literal) < 1 << 15:
        return convert(term, INT, zone)
    return Term(f"try_cast({_whole(term, zone).sql} AS SMALLINT)", Type("smallint"))


def _position(term: Term, zone: str) -> Term:
    """A position from 1, or from -1 backwards; there is no position 0."""
    if term.literal == 0:
        raise Mistake("positions count from 1")
    short = _short(term, zone)
    return short if isinstance(term.literal, int) else Term(f"nullif({short.sql}, 0S)", short.type)


ARGUMENTS: Mapping[str, Argument] = {
    "any": lambda term, zone: convert(term, TEXT, zone) if term.type == NULL else term,
    "array": _array,
    "array of text": as_type(array_of(TEXT)),
    "bits": _bits,
    "date": as_type(DATE),
    "date unit": _word(*DATE_UNITS, "YYYY", "YY", "MM", "MON"),
    "days": day_count,
    "digits": _number_within(0, 18),
    "double": as_type(DOUBLE),
    "flag": _flag,
    "hashable": _hashable,
    "calm instant": _calm_instant,
    "instant": as_type(INSTANT),
    "int": as_type(INT),
    "long": as_type(LONG),
    "map": _map,
    "moment": moment,
    "number": _number,
    "padding": _number_within(0, LONGEST_PADDING),
    "path": _path,
    "pattern": pattern,
    "position": _position,
    "print format": _print_format,
    "read format": _read_format,
    "short": _short,
    "size": _number_within(0, 1_000_000),
    "sized": _sized,
    "text": as_type(TEXT),
    "truth": truth,
    "unit": _word(*TIME_UNITS),
    "url part": _word(*URL_PARTS),
    "weekday": _word(*WEEKDAYS),
    "whole": _whole,
    "zone": _zone,
}
