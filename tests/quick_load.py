"""Loads rows into the source tables without Spark and without checks: what `parcours load` takes seconds for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from parcours.jobs.schemas import SIMPLE, arrow_type, delta_field
from parcours.tables import ALL, Column
from tests.oracle.tables import FIRST_STANDS
from tests.oracle.values import cast

Row = dict[str, Any]


def quick_load(store: Any, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Merges the rows by their key, as a load does: new rows are appended, and changed ones updated."""
    store.ensure(table)
    if not rows:
        return
    types = _add_columns(store, table, rows)
    known = {_key(table, row): row for row in _plain(store.small(table))}
    columns = {column for row in rows for column in row}
    new: dict[tuple[Any, ...], Row] = {}
    changed: dict[tuple[Any, ...], Row] = {}
    for raw in rows:
        row = {name: _value(raw.get(name), types[name]) for name in columns}
        if table == "suppressions":
            row["list"] = row.get("list") or "suppress"
        key = _key(table, row)
        if key not in known:
            if table not in FIRST_STANDS or key not in new:  # the first row ever loaded stands
                new[key] = {**dict.fromkeys(types), **new.get(key, {}), **row}
        elif table not in FIRST_STANDS and {**known[key], **changed.get(key, {}), **row} != known[key]:
            changed[key] = {**known[key], **changed.get(key, {}), **row}
    schema = pa.schema([pa.field(name, arrow_type(kind)) for name, kind in types.items()])
    if new:
        write_deltalake(store.path(table), pa.Table.from_pylist(list(new.values()), schema=schema), mode="append")
    if changed:
        _update(store, table, pa.Table.from_pylist(list(changed.values()), schema=schema))


def replace_table(store: Any, table: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """The whole content of a table that lookups read, and that only they know."""
    typed = [{name: cast(row.get(name), kind) for name, kind in columns.items()} for row in rows]
    schema = pa.schema([pa.field(name, arrow_type(kind)) for name, kind in columns.items()])
    write_deltalake(store.path(table), pa.Table.from_pylist(typed, schema=schema), mode="overwrite")


def _add_columns(store: Any, table: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The Spark types of the table's columns, after those that the rows bring have been added."""
    declared = getattr(store.project, "profiles", None) or {}
    schema = store.small(table).schema
    known = {column.name: column.type for column in ALL[table].columns}
    types = {
        name: known.get(name) or declared.get(name) or _spark_type(schema.field(name).type) for name in schema.names
    }
    brought: dict[str, str] = {}
    for row in rows:
        for name in row:
            if name not in types:
                values = [other[name] for other in rows if other.get(name) is not None]
                brought[name] = declared.get(name) or _type_of(values)
    if brought:
        columns = [Column(name, kind, "Brought by a case.") for name, kind in brought.items()]
        store.delta(table).alter.add_columns([delta_field(column) for column in columns])
    return {**types, **brought}


def _type_of(values: list[Any]) -> str:
    kinds = {bool: "boolean", int: "bigint", float: "double"}
    found = {kinds.get(type(value), "string") for value in values}
    return found.pop() if len(found) == 1 else "string"


def _spark_type(arrow: pa.DataType) -> str:
    return next((ddl for ddl, (_, kind) in SIMPLE.items() if kind == arrow), "string")


def _value(value: Any, kind: str) -> Any:
    if kind.startswith("map"):
        return None if value is None else {name: str(item) for name, item in value.items()}
    return cast(value, kind)


def _plain(rows: pa.Table) -> list[Row]:
    """Maps come out of Arrow as lists of pairs."""
    plain = []
    for row in rows.to_pylist():
        plain.append({name: dict(value) if isinstance(value, list) else value for name, value in row.items()})
    return plain


def _key(table: str, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ALL[table].key)


def _update(store: Any, table: str, rows: pa.Table) -> None:
    matching = " AND ".join(f"t.`{name}` = s.`{name}`" for name in ALL[table].key)
    merging = store.delta(table).merge(rows, predicate=matching, source_alias="s", target_alias="t")
    merging.when_matched_update_all().execute()
