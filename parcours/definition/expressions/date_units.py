"""Functions that take a unit of the calendar as a bare word: extract(YEAR FROM x), datediff(MONTH, a, b)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from parcours.definition.expressions.arguments import TIME_UNITS, moment
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.intervals import interval_of
from parcours.definition.expressions.operators import alike, arithmetic
from parcours.definition.expressions.terms import Term, whole_term
from parcours.definition.expressions.types import DATE, DAYS, INSTANT, LONG, TEXT
from parcours.definition.problems import Mistake, one_of

PARTS = {name: name for name in ("year", "quarter", "month", "day", "hour", "minute", "second", "dayofweek")}
PARTS |= {"dow": "dayofweek", "doy": "dayofyear", "week": "weekofyear"}


def extract(part: str, moment: Term, zone: str) -> Term:
    """`extract(part FROM moment)`; Mistake for a part that isn't known."""
    word = part.lower().removesuffix("s")
    if word not in PARTS:
        raise Mistake(f"unknown part of a date: {part}", f"write {one_of(name.upper() for name in PARTS)}")
    return FUNCTIONS[PARTS[word]].call([moment], zone)


def units_between(unit: str, earlier: Term, later: Term, zone: str) -> Term:
    """The whole units from the one to the other, cut towards zero."""
    if {earlier.type, later.type} == {TEXT}:
        earlier = convert(earlier, INSTANT, zone)
    one, other = (moment(term, zone) for term in alike([earlier, later], zone))
    return Term(f"timestampdiff({_unit(unit)}, {one.sql}, {other.sql})", LONG)


def units_later(unit: str, amount: Term, moment: Term, zone: str) -> Term:
    """A moment so many units later."""
    size, name = {"QUARTER": ("3", "MONTH"), "WEEK": ("7", "DAY")}.get(_unit(unit), ("1", _unit(unit)))
    interval = interval_of(size, name).term
    if interval.type == DAYS and moment.type == DATE:
        return arithmetic("+", moment, arithmetic("*", amount, whole_term(int(size)), zone), zone)
    return arithmetic("+", moment, arithmetic("*", interval, convert(amount, LONG, zone), zone), zone)


def _unit(word: str) -> str:
    unit = word.upper().removesuffix("S")
    if unit not in TIME_UNITS:
        raise Mistake(f"unknown unit: {word}", f"write {one_of(TIME_UNITS)}")
    return unit


# With three arguments, the first of them a unit.
WITH_UNIT: Mapping[str, Callable[[str, Term, Term, str], Term]] = {
    "datediff": units_between,
    "date_diff": units_between,
    "timestampdiff": units_between,
    "dateadd": units_later,
    "date_add": units_later,
    "timestampadd": units_later,
}
