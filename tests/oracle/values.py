"""Spark's values as plain Python ones: null is None, TIMESTAMP an aware datetime, TIMESTAMP_NTZ a naive one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from tests.oracle.clock import UTC

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
WHOLE = {"tinyint": 8, "smallint": 16, "int": 32, "integer": 32, "bigint": 64, "long": 64}
TRUE, FALSE = {"t", "true", "y", "yes", "1"}, {"f", "false", "n", "no", "0"}


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def cast(value: Any, to: str) -> Any:
    """The value as the Spark type of that name; null where it doesn't fit (1, 1.7)."""
    kind = to.lower()
    if value is None:
        return None
    if kind == "string":
        return text_of(value)
    if kind == "boolean":
        return _boolean(value)
    if kind in WHOLE:
        return _whole(value, WHOLE[kind])
    if kind in ("double", "float"):
        return _number(value)
    if kind in ("date", "timestamp", "timestamp_ntz"):
        return _moment(value, kind)
    return value


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if value.tzinfo else value.isoformat(" ")
    return str(value)


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def _number(value: Any) -> float | None:
    if is_number(value) or isinstance(value, bool):
        return float(value)
    return float(value) if isinstance(value, str) and NUMBER.fullmatch(value.strip()) else None


def _whole(value: Any, bits: int) -> int | None:
    if isinstance(value, str) and not re.fullmatch(r"[+-]?\d+", value.strip()):
        return None
    number = _number(value)
    if number is None:
        return None
    whole = int(value) if isinstance(value, str) else int(number)
    return whole if -(1 << bits - 1) <= whole < 1 << bits - 1 else None


def _moment(value: Any, kind: str) -> Any:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        if kind == "timestamp":
            return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
        value = value.replace(tzinfo=None)
    if not isinstance(value, dt.date):
        return None
    if kind == "date":
        return (value.astimezone(UTC) if value.tzinfo else value).date() if isinstance(value, dt.datetime) else value
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if kind == "timestamp":
        return value.replace(tzinfo=value.tzinfo or UTC)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
