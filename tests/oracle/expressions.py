"""Evaluates the few SQL expressions that cases use (1.7). Three-valued: None is SQL's null."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

from tests.oracle.clock import ONE, UTC, zone
from tests.oracle.values import cast, is_number

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """What the names of an expression stand for."""

    rows: Mapping[str, Row | list[Row] | None]
    """`profile`, `event`, `audience`, `journey`, and what lookups found."""
    now: dt.datetime
    zone: str
    in_audience: Callable[[str], bool]
    event_count: Callable[[str, dt.timedelta], int]
    has_received: Callable[[str], bool]


def evaluate(sql: str, names: Names) -> Any:
    return value_of(_parse(sql), names)


def is_true(sql: str, names: Names) -> bool:
    return evaluate(sql, names) is True


@cache
def _parse(sql: str) -> Any:
    return sqlglot.parse_one(sql, read="spark")


def value_of(node: Any, names: Names) -> Any:
    if node is None:
        return None
    rule = RULES.get(type(node))
    if rule is None:
        raise NotImplementedError(f"the oracle can't evaluate {node.sql('spark')}")
    return rule(node, names)


# ------------------------------------------------------------------------------------------------------- three values
def _and(node: exp.And, names: Names) -> bool | None:
    sides = (value_of(node.this, names), value_of(node.expression, names))
    return False if False in sides else None if None in sides else True


def _or(node: exp.Or, names: Names) -> bool | None:
    sides = (value_of(node.this, names), value_of(node.expression, names))
    return True if True in sides else None if None in sides else False


def _not(node: exp.Not, names: Names) -> bool | None:
    value = value_of(node.this, names)
    return None if value is None else not value


def _compare(compares: Callable[[Any, Any], bool]) -> Callable[[Any, Names], bool | None]:
    return lambda node, names: compared(value_of(node.this, names), value_of(node.expression, names), compares)


def compared(left: Any, right: Any, compares: Callable[[Any, Any], bool]) -> bool | None:
    """Null where a side is null, or text beside a number or a date that isn't one."""
    for kind in ("double", "timestamp", "timestamp_ntz", "date"):
        if any(_is_of(side, kind) for side in (left, right)):
            left, right = cast(left, kind), cast(right, kind)
            break
    return None if left is None or right is None else bool(compares(left, right))


def _is_of(value: Any, kind: str) -> bool:
    if kind == "double":
        return is_number(value)
    if kind == "date":
        return isinstance(value, dt.date)
    return isinstance(value, dt.datetime) and (value.tzinfo is not None) == (kind == "timestamp")


def _in(node: exp.In, names: Names) -> bool | None:
    value = value_of(node.this, names)
    found = [compared(value, value_of(item, names), operator.eq) for item in node.expressions]
    return True if True in found else None if None in found else False


def _is(node: exp.Is, names: Names) -> bool:
    """IS NULL, IS TRUE, IS FALSE: never null."""
    return value_of(node.this, names) is value_of(node.expression, names)


def _between(node: exp.Between, names: Names) -> bool | None:
    value = value_of(node.this, names)
    above = compared(value, value_of(node.args["low"], names), operator.ge)
    below = compared(value, value_of(node.args["high"], names), operator.le)
    return False if False in (above, below) else None if None in (above, below) else True


# -------------------------------------------------------------------------------------------------- names and literals
def _column(node: exp.Column, names: Names) -> Any:
    """A column of a row, or the rows that a lookup of many found; null where it hasn't found any (yet)."""
    return (names.rows.get(node.table) or {}).get(node.name) if node.table else names.rows.get(node.name)


def _literal(node: exp.Literal, names: Names) -> Any:
    return node.this if node.is_string else float(node.this)


def _element(node: exp.Bracket, names: Names) -> Any:
    """Of a map by its key, of an array by its place from 0; null where there is none."""
    whole, key = value_of(node.this, names), value_of(node.expressions[0], names)
    if isinstance(whole, list):
        return whole[int(key)] if key is not None and 0 <= key < len(whole) else None
    return (whole or {}).get(key)


def _size(node: exp.ArraySize, names: Names) -> int | None:
    array = value_of(node.this, names)
    return None if array is None else len(array)


def _interval(node: exp.Interval, names: Names) -> dt.timedelta:
    return float(node.this.this) * ONE[str(node.args["unit"].name).lower().rstrip("s")]


def _function(node: exp.Anonymous, names: Names) -> Any:
    name, arguments = node.name.lower(), [value_of(argument, names) for argument in node.expressions]
    if name == "now":
        return names.now
    if name == "local_now":
        return names.now.astimezone(zone(names.zone)).replace(tzinfo=None)
    if name == "in_audience":
        return names.in_audience(arguments[0])
    if name == "has_received":
        return names.has_received(arguments[0])
    if name == "event_count":
        return names.event_count(arguments[0], arguments[1])
    raise NotImplementedError(f"the oracle doesn't know the function {name}")


def _cast(node: exp.Cast, names: Names) -> Any:
    kind = node.to.this.name.lower()
    spark = {"timestamptz": "timestamp", "timestampntz": "timestamp_ntz", "text": "string", "varchar": "string"}
    return cast(value_of(node.this, names), spark.get(kind, kind))


def _coalesce(node: exp.Coalesce, names: Names) -> Any:
    values = (value_of(item, names) for item in (node.this, *node.expressions))
    return next((value for value in values if value is not None), None)


def _case(node: exp.Case, names: Names) -> Any:
    met = (item.args["true"] for item in node.args["ifs"] if value_of(item.this, names) is True)
    return value_of(next(met, node.args.get("default")), names)


# ---------------------------------------------------------------------------------------------------------- arithmetic
def _add(sign: int) -> Callable[[Any, Names], Any]:
    def rule(node: Any, names: Names) -> Any:
        left, right = value_of(node.this, names), value_of(node.expression, names)
        if left is None or right is None:
            return None
        if isinstance(right, dt.timedelta):
            return _moved(left, sign * right)
        left, right = cast(left, "double"), cast(right, "double")
        return None if left is None or right is None else left + sign * right

    return rule


def _moved(moment: Any, by: dt.timedelta) -> Any:
    """A date moved by whole days stays one; what moves beyond the calendar is null."""
    try:
        return moment + by if isinstance(moment, dt.date) else None
    except OverflowError:
        return None


def _times(node: exp.Mul, names: Names) -> float | None:
    left, right = cast(value_of(node.this, names), "double"), cast(value_of(node.expression, names), "double")
    return None if left is None or right is None else left * right


def _divided(node: exp.Div, names: Names) -> float | None:
    left, right = cast(value_of(node.this, names), "double"), cast(value_of(node.expression, names), "double")
    return None if left is None or not right else left / right


def _negative(node: exp.Neg, names: Names) -> float | None:
    value = cast(value_of(node.this, names), "double")
    return None if value is None else -value


def _hour(node: exp.Hour, names: Names) -> int | None:
    value = value_of(node.this, names)
    if not isinstance(value, dt.datetime):
        return None
    return value.astimezone(UTC).hour if value.tzinfo else value.hour


RULES: dict[type[exp.Expression], Callable[[Any, Names], Any]] = {
    exp.Paren: lambda node, names: value_of(node.this, names),
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.EQ: _compare(operator.eq),
    exp.NEQ: _compare(operator.ne),
    exp.LT: _compare(operator.lt),
    exp.LTE: _compare(operator.le),
    exp.GT: _compare(operator.gt),
    exp.GTE: _compare(operator.ge),
    exp.In: _in,
    exp.Between: _between,
    exp.Is: _is,
    exp.Boolean: lambda node, names: bool(node.this),
    exp.Null: lambda node, names: None,
    exp.Literal: _literal,
    exp.Column: _column,
    exp.Bracket: _element,
    exp.Dot: lambda node, names: (value_of(node.this, names) or {}).get(node.expression.name),
    exp.ArraySize: _size,
    exp.Interval: _interval,
    exp.Anonymous: _function,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.TsOrDsToDate: lambda node, names: cast(value_of(node.this, names), "date"),
    exp.Case: _case,
    exp.Coalesce: _coalesce,
    exp.Add: _add(1),
    exp.Sub: _add(-1),
    exp.Mul: _times,
    exp.Div: _divided,
    exp.Neg: _negative,
    exp.Hour: _hour,
}
