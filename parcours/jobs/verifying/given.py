"""What a test case gives, written into the tables of a warehouse of its own; without Spark, and unchecked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from parcours.definition.cases import Case, Given, GivenFeedback
from parcours.definition.expressions.types import TEXT, Type, parse_type
from parcours.definition.given_values import fitting, type_of
from parcours.definition.journeys import Journey
from parcours.definition.steps import Lookup
from parcours.jobs.store import Store
from parcours.tables import ALL, SOURCES

Row = dict[str, Any]

EARLIER = dt.timedelta(days=1)
"""So long before the journey is published whoever is a member without a time became one."""

SIMPLE = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "binary": pa.binary(),
}


def fill(store: Store, case: Case, start: dt.datetime, journeys: Iterable[Journey]) -> None:
    """Writes everything that is given but feedback, whose sends aren't there yet."""
    given = case.given
    store.ensure()
    _append(store, "profiles", given.profiles, store.project.profiles or {})
    _append(store, "audience_members", _stays(given, start))
    _append(store, "events", _events(given))
    _append(store, "suppressions", [each.model_dump() for each in given.suppressions])
    for name, columns in _looked_up(journeys).items():
        rows = given.tables.get(name, ())
        present = {column.lower() for column in _columns(rows)}  # lookups find columns in any case
        missing = {column.lower(): column for column in columns if column.lower() not in present}.values()
        _create(store, name, rows, missing)


def add_feedback(store: Store, feedback: GivenFeedback, delivery_id: str, number: int) -> None:
    """Says what became of a send."""
    row = {**feedback.model_dump(exclude={"profile_id", "step", "journey"}), "delivery_id": delivery_id}
    _append(store, "message_feedback", [{**row, "feedback_id": f"f{number}"}])


def _stays(given: Given, start: dt.datetime) -> list[Row]:
    rows = []
    for audience, members in given.audience_members.items():
        for member in members:
            earliest = min(start, member.exited_at or start)
            row = member.model_dump()
            rows.append({**row, "audience_id": audience, "entered_at": member.entered_at or earliest - EARLIER})
    return rows


def _events(given: Given) -> list[Row]:
    return [
        {**event.model_dump(), "event_id": event.event_id or f"e{place}"} for place, event in enumerate(given.events, 1)
    ]


def _looked_up(journeys: Iterable[Journey]) -> dict[str, list[str]]:
    """The tables that lookups read, but those that are there anyway, and the columns of them that they name."""
    found: dict[str, list[str]] = {}
    for step in (step for journey in journeys for step in journey.steps):
        if isinstance(step, Lookup) and step.table not in ALL:
            found.setdefault(step.table, []).extend(name for name in (*step.key, *step.select))
    return {name: list(dict.fromkeys(columns)) for name, columns in found.items()}


# -------------------------------------------------------------------------------------------------------------- tables
def _append(
    store: Store, table: str, rows: Sequence[Mapping[str, Any]], declared: Mapping[str, str] | None = None
) -> None:
    """Adds rows to an input table, and to profiles the columns that they bring."""
    known = {column.name: column.type for column in SOURCES[table].columns}
    types = {name: parse_type(kind) for name, kind in {**known, **(declared or {})}.items()}
    types |= {name: type_of(row.get(name) for row in rows) for name in _columns(rows) if name not in types}
    if rows or declared:
        write_deltalake(store.path(table), _arrow(rows, types), mode="append", schema_mode="merge")


def _create(store: Store, table: str, rows: Sequence[Mapping[str, Any]], missing: Iterable[str]) -> None:
    types = {name: type_of(row.get(name) for row in rows) for name in _columns(rows)}
    write_deltalake(store.path(table), _arrow(rows, types | dict.fromkeys(missing, TEXT)))


def _columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _arrow(rows: Iterable[Mapping[str, Any]], types: Mapping[str, Type]) -> pa.Table:
    listed = list(rows)
    columns = {
        name: pa.array([fitting(row.get(name), kind) for row in listed], _arrow_type(kind))
        for name, kind in types.items()
    }
    return pa.table(columns)


def _arrow_type(kind: Type) -> pa.DataType:
    if kind.name == "decimal":
        return pa.decimal128(kind.precision, kind.scale)
    if kind.name == "array":
        assert kind.element is not None, "an array has an element"
        return pa.list_(_arrow_type(kind.element))
    if kind.name == "map":
        assert kind.key is not None, "a map has keys"
        assert kind.element is not None, "a map has values"
        return pa.map_(_arrow_type(kind.key), _arrow_type(kind.element))
    if kind.name == "struct":
        return pa.struct([(name, _arrow_type(of)) for name, of in kind.fields])
    return SIMPLE[kind.name]
