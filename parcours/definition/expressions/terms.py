"""Checked pieces of Spark SQL text, each with its type."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from parcours.definition.expressions.types import (
    DATE,
    DOUBLE,
    FLOAT,
    INSTANT,
    INT,
    LOCAL_TIME,
    LONG,
    NULL,
    TEXT,
    TRUTH,
    UNKNOWN,
    Type,
    decimal,
)
from parcours.definition.problems import Mistake

Literal = str | int | float | Decimal | bool | date | datetime | None

ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


@dataclass(frozen=True)
class Term:
    """SQL text that can't fail, its type, and the value where it is a literal (None where it isn't).

    A timestamp whose literal has no zone was written without one. The rest is of templates: `is_markup` text already is
    HTML; `truth` is SQL of whether Jinja takes the value for true, where the value itself no longer tells.
    """

    sql: str
    type: Type
    literal: Literal = None
    is_markup: bool = False
    truth: str | None = None

    def typed(self, kind: Type) -> Term:
        return replace(self, type=kind, literal=None)


NOTHING = Term("NULL", NULL)
WRONG = Term("NULL", UNKNOWN)
TRUE = Term("true", TRUTH, True)
FALSE = Term("false", TRUTH, False)


def quoted(text: str) -> str:
    """A string literal of Spark SQL.

    `$` is written as an escape: Spark replaces `${env:X}` and `${conf}` in any SQL text before it reads it, literals
    included.
    """
    escaped = "".join(ESCAPES.get(character, character) for character in text)
    return "'" + escaped.replace("$", "\\u0024") + "'"


def backquoted(name: str) -> str:
    """A name as an identifier of Spark SQL; Mistake for one that can't be written safely."""
    if "$" in name or not name.isprintable() or not name:
        raise Mistake(f"a name that can't be used here: {name!r}")
    return "`" + name.replace("`", "``") + "`"


def text_term(text: str) -> Term:
    return Term(quoted(text), TEXT, text)


def _signed(sql: str) -> str:
    return f"({sql})" if sql.startswith("-") else sql


def whole_term(number: int) -> Term:
    """A whole number of the narrowest type that Spark gives to one; 38 digits at most."""
    if -(1 << 31) <= number < 1 << 31:
        return Term(_signed(str(number)), INT, number)
    if -(1 << 63) < number < 1 << 63:
        return Term(_signed(f"{number}L"), LONG, number)
    return decimal_term(Decimal(number))


def decimal_term(number: Decimal) -> Term:
    """A decimal of as many digits as it is written with; 38 at most."""
    digits, exponent = len(number.as_tuple().digits), int(number.as_tuple().exponent)
    scale = max(-exponent, 0)
    precision = max(digits, scale) if exponent <= 0 else digits + exponent
    if precision > 38:
        raise Mistake(f"too long a number: {number}", "38 digits at most")
    return Term(_signed(f"{number:f}BD"), decimal(precision, scale), number)


def double_term(number: float) -> Term:
    return Term(_signed(f"{number!r}D"), DOUBLE, number)


def number_term(number: int | float | Decimal) -> Term:
    """The literal of a Python number."""
    if isinstance(number, int):
        return whole_term(number)
    return decimal_term(number) if isinstance(number, Decimal) else double_term(number)


def date_term(day: date) -> Term:
    return Term(f"DATE '{day.isoformat()}'", DATE, day)


def instant_term(moment: datetime) -> Term:
    """An instant; its literal keeps the zone that it has, or none."""
    utc = moment.astimezone(UTC)
    return Term(f"TIMESTAMP '{utc.replace(tzinfo=None).isoformat(' ')}Z'", INSTANT, moment)


def local_term(moment: datetime) -> Term:
    return Term(f"TIMESTAMP_NTZ '{moment.isoformat(' ')}'", LOCAL_TIME, moment)


def data_term(sql: str, kind: Type) -> Term:
    """A value as it stands in data. NaN is null: to Spark it would be larger than any number."""
    if kind in (DOUBLE, FLOAT):
        return Term(f"nanvl({sql}, CAST(NULL AS {kind.name.upper()}))", kind)
    return Term(sql, kind)


def is_plain_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_]\w*", name) is not None
