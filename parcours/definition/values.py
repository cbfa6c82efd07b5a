"""The kinds of value that a key can hold, each with its reading, its writing and its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    Strict,
    WithJsonSchema,
)
from pydantic_core.core_schema import ValidationInfo

from parcours.definition import times
from parcours.definition.problems import Mistake, did_you_mean, shown


class Definition(BaseModel):
    """A mapping in a user's file: unknown keys are mistakes, and what was read doesn't change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _read_instant(value: object, info: ValidationInfo) -> datetime:
    zone = (info.context or {}).get("zone", "UTC")
    return times.parse_instant(value, zone if times.known_zone(zone) else "UTC")


def _read_closing_time(value: object) -> time | None:
    return None if value == "24:00" else times.parse_local_time(value)


def _close_zone(name: str) -> str | None:
    """Zones are mostly missed by their case, or by leaving the continent out."""
    by_city = {zone.lower().rpartition("/")[2]: zone for zone in sorted(times.all_zones(), reverse=True)}
    whole = {zone.lower(): zone for zone in times.all_zones()}
    found = whole.get(name.lower()) or by_city.get(name.lower().replace(" ", "_"))
    return did_you_mean(found or name, times.all_zones())


def _read_zone(value: object) -> str:
    if not isinstance(value, str) or not times.known_zone(value):
        close = _close_zone(value) if isinstance(value, str) else None
        raise Mistake(f"unknown time zone: {shown(value)}", close or "write an IANA name, such as Europe/Paris")
    return value


def _read_number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        bare = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*%?", value.strip()) if isinstance(value, str) else None
        raise Mistake(f"not a number: {shown(value)}", f"write {bare[1]}" if bare else None)
    number = Decimal(str(value))
    if not number.is_finite():
        raise Mistake(f"not a number: {shown(value)}")
    return number


def _read_percent(value: object) -> Decimal:
    number = _read_number(value)
    if not 0 <= number <= 100:
        raise Mistake(f"not a percent: {shown(value)}", "write a number from 0 to 100")
    if number != round(number, 2):
        raise Mistake(f"too fine a percent: {shown(value)}", "two decimals at most")
    return number


def _write_number(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _read_truth(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _read_seed(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _value(read: Callable[..., Any], write: Callable[..., Any], schema: dict[str, Any]) -> tuple[Any, ...]:
    return (PlainValidator(read), PlainSerializer(write, when_used="json"), WithJsonSchema(schema))


DURATION_SCHEMA = {
    "type": "string",
    "pattern": rf"^\s*({times.SHORT_DURATION}|{times.ISO_DURATION})\s*$",
    "examples": ["30s", "PT5M", "2h", "P2D"],
}
TIME_SCHEMA = {"type": "string", "pattern": r"^\s*([01]\d|2[0-3]):[0-5]\d\s*$", "examples": ["09:00"]}
CLOSING_TIME_SCHEMA = {"type": "string", "pattern": r"^(\s*([01]\d|2[0-3]):[0-5]\d\s*|24:00)$", "examples": ["17:00"]}
DATE_SCHEMA = {"type": "string", "pattern": rf"^\s*{times.DATE}\s*$", "examples": ["2026-03-01"]}
INSTANT_SCHEMA = {"type": "string", "pattern": rf"^\s*{times.INSTANT}\s*$", "examples": ["2026-03-01T09:00:00Z"]}
CRON_SCHEMA = {"type": "string", "pattern": r"^\s*(\S+\s+){4}\S+\s*$", "examples": ["0 9 * * MON"]}
COLUMN = r"^[A-Za-z_][A-Za-z0-9_]*$"
# Of a mapping by columns, one at least: keys that aren't names are told by the editor, too.
BY_COLUMN_SCHEMA = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": COLUMN}}
PERCENT_SCHEMA = {"type": "number", "minimum": 0, "maximum": 100}


Text = Annotated[str, Strict()]
FilledText = Annotated[str, Strict(), Field(min_length=1)]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Count = Annotated[int, Strict(), Field(ge=0)]
Positive = Annotated[int, Strict(), Field(ge=1)]
Number = Annotated[Decimal, *_value(_read_number, _write_number, {"type": "number"})]
Percent = Annotated[Decimal, *_value(_read_percent, _write_number, PERCENT_SCHEMA)]
Name = Annotated[str, Strict(), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=200)]
ColumnName = Annotated[str, Strict(), Field(pattern=COLUMN)]
JourneyId = Annotated[str, Strict(), Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=200)]
Target = Annotated[Name, Field(description="The id of a step of this journey, or end.")]

Duration = Annotated[timedelta, *_value(times.parse_duration, times.format_duration, DURATION_SCHEMA)]
Instant = Annotated[datetime, *_value(_read_instant, times.iso, INSTANT_SCHEMA)]
LocalTime = Annotated[time, *_value(times.parse_local_time, lambda at: at.strftime("%H:%M"), TIME_SCHEMA)]
# As the end of a period 24:00 says the same as no end at all.
ClosingTime = Annotated[
    time | None, *_value(_read_closing_time, lambda at: at and at.strftime("%H:%M"), CLOSING_TIME_SCHEMA)
]
LocalDate = Annotated[date, *_value(times.parse_date, date.isoformat, DATE_SCHEMA)]
Zone = Annotated[str, PlainValidator(_read_zone), WithJsonSchema({"type": "string", "examples": ["Europe/Paris"]})]
Cron = Annotated[
    Text,
    BeforeValidator(lambda text: times.check_cron(text) if isinstance(text, str) else text),
    WithJsonSchema(CRON_SCHEMA),
]

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Days = Annotated[tuple[Day, ...], Field(min_length=1)]

Expression = Annotated[FilledText, Field(description="Spark SQL.")]
# `when: true` is the expression `true`.
Truth = Annotated[FilledText, BeforeValidator(_read_truth, json_schema_input_type=str | bool)]
Seed = Annotated[FilledText, BeforeValidator(_read_seed, json_schema_input_type=str | int)]


def by_type(value: object) -> str | None:
    """The tag of one of a union whose members say what they are by `type`."""
    kind = value.get("type") if isinstance(value, Mapping) else getattr(value, "type", None)
    return f"<{kind}>" if isinstance(kind, str) else None
