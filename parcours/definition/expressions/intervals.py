"""Intervals as they are written out: INTERVAL 30 DAYS, INTERVAL '1 12:30' DAY TO MINUTE, INTERVAL '1 day 2 hours'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from parcours.definition.expressions.literals import NUMBER
from parcours.definition.expressions.terms import Term
from parcours.definition.expressions.types import DAYS, DURATION, MONTHS, Type
from parcours.definition.problems import Mistake, shown

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

# What stands before each unit but the first of a span, and how many of the unit make one of the unit before.
PARTS = {"month": ("-", 12), "hour": (" ", 24), "minute": (":", 60), "second": (":", 60)}
SPANS: tuple[tuple[str, ...], ...] = (("year", "month"), ("day", "hour", "minute", "second"))
REMEDY = "write INTERVAL 3 DAYS, or INTERVAL 1 DAY + INTERVAL 2 HOURS"


@dataclass(frozen=True)
class Interval:
    """So many months (of type MONTHS), or microseconds: of whole days (DAYS), which keep a date a date, or DURATION."""

    size: int
    type: Type

    @property
    def term(self) -> Term:
        """The interval in Spark's own form."""
        sign = "-" if self.size < 0 else ""
        if self.type == MONTHS:
            years, months = divmod(abs(self.size), 12)
            return Term(f"INTERVAL '{sign}{years}-{months}' YEAR TO MONTH", MONTHS)
        days, rest = divmod(abs(self.size), MICROS_OF["day"])
        if self.type == DAYS:
            return Term(f"INTERVAL '{sign}{days}' DAY", DAYS)
        seconds, micros = divmod(rest, 1_000_000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micros:06}"
        return Term(f"INTERVAL '{sign}{days} {clock}' DAY TO SECOND", DURATION)


def read_interval(tree: exp.Interval) -> Interval:
    """The interval that a tree writes out; Mistake where it is none."""
    amount, unit = tree.this, tree.args.get("unit")
    sign = ""
    if isinstance(amount, exp.Neg):
        sign, amount = "-", amount.this
    if not isinstance(amount, exp.Literal):
        raise Mistake("an interval is written out", "write a number * INTERVAL 1 DAY")
    text = f"{sign}{amount.this}".removeprefix("--")
    if isinstance(unit, exp.IntervalSpan):
        return _of_span(text, str(unit.this).lower(), str(unit.expression).lower(), tree)
    if isinstance(unit, exp.Var):
        return interval_of(text, unit.name)
    return _of_several(text, tree)


def interval_of(amount: str, unit: str) -> Interval:
    """`INTERVAL 30 DAYS`: an amount of one unit."""
    unit = unit.lower()
    unit = unit.removesuffix("s") if unit.removesuffix("s") in MONTHS_OF | MICROS_OF else unit
    if unit not in MONTHS_OF and unit not in MICROS_OF:
        raise Mistake(f"unknown unit of an interval: {shown(unit)}", "write DAYS, HOURS, MINUTES, SECONDS or MONTHS")
    if not re.fullmatch(NUMBER, amount.strip()):
        raise Mistake(
            f"not an interval: {shown(amount)}", f"write INTERVAL 3 {unit.upper()}S, or a number * INTERVAL 1 DAY"
        )
    longest = LONGEST_MONTHS if unit in MONTHS_OF else LONGEST_MICROS
    try:
        size = Decimal(amount.strip()) * (MONTHS_OF.get(unit) or MICROS_OF[unit])
    except ArithmeticError:
        size = Decimal("Infinity")
    if abs(size) > longest or size != size.to_integral_value():
        raise Mistake(f"not an interval: {shown(f'{amount} {unit}')}", "a whole number of months or microseconds")
    if unit in MONTHS_OF:
        return Interval(int(size), MONTHS)
    is_of_days = unit in ("day", "week") and size % MICROS_OF["day"] == 0
    return Interval(int(size), DAYS if is_of_days else DURATION)


def _of_span(text: str, first: str, last: str, tree: exp.Interval) -> Interval:
    """`'1 12:30' DAY TO MINUTE`: a number of each unit from the first to the last, behind one sign."""
    units: tuple[str, ...] = next((span for span in SPANS if first in span and last in span), ())
    if not units or units.index(first) >= units.index(last):
        raise Mistake(f"not an interval: {tree.sql('spark')}", REMEDY)
    units = units[units.index(first) : units.index(last) + 1]
    form = r"([+-]?)(\d{1,9})" + "".join(rf"{PARTS[unit][0]}(\d\d?)" for unit in units[1:])
    found = re.fullmatch(form + (r"(\.\d{1,6})?" if last == "second" else "()"), text.strip())
    if found is None or any(int(found[place + 3]) >= PARTS[unit][1] for place, unit in enumerate(units[1:])):
        raise Mistake(f"not an interval: {tree.sql('spark')}", REMEDY)
    sign, *amounts, fraction = found.groups()
    amounts[-1] += fraction or ""
    return _sum([interval_of(sign + amount, unit) for amount, unit in zip(amounts, units, strict=True)], tree)


def _of_several(text: str, tree: exp.Interval) -> Interval:
    """`'1 day 12 hours'`: amounts and units by turns."""
    words = text.split()
    if len(words) < 2 or len(words) % 2:
        raise Mistake(f"not an interval: {tree.sql('spark')}", REMEDY)
    return _sum([interval_of(amount, unit) for amount, unit in zip(words[::2], words[1::2], strict=True)], tree)


def _sum(parts: list[Interval], tree: exp.Interval) -> Interval:
    kinds = {part.type for part in parts}
    if len(kinds) > 1 and MONTHS in kinds:
        raise Mistake(f"months and days in one interval: {tree.sql('spark')}", "write two intervals, one after another")
    size = sum(part.size for part in parts)
    if abs(size) > (LONGEST_MONTHS if MONTHS in kinds else LONGEST_MICROS):
        raise Mistake(f"too long an interval: {tree.sql('spark')}")
    return Interval(size, DURATION if len(kinds) > 1 else kinds.pop())
