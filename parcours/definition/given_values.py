"""Values of test cases, written in YAML, as a column of some type holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from decimal import Decimal
from math import isfinite
from typing import Any

from parcours.definition.expressions.types import (
    DATE,
    DOUBLE,
    INSTANT,
    LONG,
    NULL,
    TEXT,
    TRUTH,
    Type,
    array_of,
    common_of,
)
from parcours.definition.problems import Mistake, shown
from parcours.definition.times import DATE as DATE_PATTERN
from parcours.definition.times import INSTANT as INSTANT_PATTERN
from parcours.definition.times import parse_date, parse_instant


def fitting(value: Any, kind: Type) -> Any:
    """The value as a column of the type holds it, None for null; Mistake where it doesn't fit."""
    if value is None:
        return None
    wrong = Mistake(f"not {kind.said}: {shown(value)}")
    if kind.name == "array":
        if not isinstance(value, list):
            raise wrong
        return [_part(item, kind.element, place) for place, item in enumerate(value)]
    if kind.name in ("map", "struct"):
        if not isinstance(value, Mapping):
            raise wrong
        types = dict.fromkeys(value, kind.element) if kind.name == "map" else dict(kind.fields)
        if unknown := [name for name in value if name not in types]:
            raise Mistake(f"unknown field '{unknown[0]}'", f"known here: {', '.join(types)}", at=(unknown[0],))
        found = {name: _part(value.get(name), of, name) for name, of in types.items()}
        return list(found.items()) if kind.name == "map" else found
    if isinstance(value, list | Mapping):
        raise wrong
    return _scalar(value, kind, wrong)


def _part(value: Any, kind: Type | None, place: str | int) -> Any:
    assert kind is not None, "an array or a map has an element"
    try:
        return fitting(value, kind)
    except Mistake as mistake:
        raise Mistake(mistake.what, mistake.remedy, at=(place, *mistake.at)) from None


def _scalar(value: Any, kind: Type, wrong: Mistake) -> Any:
    if kind == TRUTH:
        if not isinstance(value, bool):
            raise Mistake(wrong.what, "write true or false")
        return value
    if kind.is_number:
        return _number(value, kind, wrong)
    if kind.name == "date":
        return parse_date(value)
    if kind.is_moment:
        moment = parse_instant(value, "UTC")
        return moment if kind == INSTANT else moment.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text.encode() if kind.name == "binary" else text


def _number(value: Any, kind: Type, wrong: Mistake) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong
    if kind.name in ("float", "double"):
        return float(value)
    if not isfinite(value):
        raise wrong
    if kind.name == "decimal":
        number = round(Decimal(str(value)), kind.scale)
        if abs(number) >= Decimal(10) ** (kind.precision - kind.scale):
            raise wrong
        return number
    if value != int(value) or not -(2 ** (BITS[kind.name] - 1)) <= value < 2 ** (BITS[kind.name] - 1):
        raise Mistake(f"not a whole number ({kind}): {shown(value)}")
    return int(value)


BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}


def type_of(values: Iterable[Any]) -> Type:
    """The type that a column of these values gets where nothing declares one; text, where they have none in common."""
    found = common_of(_type(value) for value in values if value is not None)
    return TEXT if found in (None, NULL) else found


def _type(value: Any) -> Type:
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, int | float):
        return LONG if isinstance(value, int) else DOUBLE
    if isinstance(value, list):
        return array_of(type_of(value))
    if isinstance(value, Mapping):
        return Type("map", key=TEXT, element=type_of(value.values()))
    if re.fullmatch(DATE_PATTERN, value):
        return DATE
    return INSTANT if re.fullmatch(INSTANT_PATTERN, value) else TEXT
