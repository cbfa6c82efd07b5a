"""Rows into a table by its key, in one commit: by delta-rs where they are few, by Spark where they are many."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deltalake import CommitProperties, Field, write_deltalake
from pyspark.sql import Column, DataFrame
from pyspark.sql.types import DataType

from parcours.jobs.foreign import as_stored
from parcours.jobs.store import definition_of

if TYPE_CHECKING:
    from parcours.jobs.store import Store

# A Spark append costs a second and a MERGE four, however few the rows: delta-rs takes 0.02 s and 0.1 s (stack.md 9.2),
# but reads the whole table for a merge, in this process.
FEW_ROWS = 100_000
FEW_STORED = 2_000_000
IS_GONE = "__is_gone"
"""A boolean column of the rows: true where the row of that key is deleted."""


def append_rows(store: "Store", table: str, rows: DataFrame, count: int) -> None:
    """Appends `count` rows that the table doesn't have."""
    whole = as_stored(rows, store.delta(table), whole=True)
    if count <= FEW_ROWS and store.is_local:
        write_deltalake(store.path(table), whole.toArrow(), mode="append")
    else:
        store.append(table, whole)


def add_profile_columns(store: "Store", types: Mapping[str, str]) -> None:
    """Adds the columns that profiles lacks, in one commit."""
    delta, declared = store.delta("profiles"), getattr(store.project, "profiles", None) or {}
    present = {field.name for field in delta.schema().fields}
    fields = []
    for name in types:
        source = "profiles.yaml" if name in declared else "its values"
        comment = f"A column of the project's own, typed by {source}: profile.{name}."
        kind = DataType.fromDDL(types[name]).jsonValue()
        told = {"name": name, "type": kind, "nullable": True, "metadata": {"comment": comment}}
        if name not in present:
            fields.append(Field.from_json(json.dumps(told)))
    if fields:
        delta.alter.add_columns(fields)


def merge_rows(
    store: "Store", table: str, rows: DataFrame, count: int, *, marks: Mapping[str, str] | None = None
) -> None:
    """Updates the rows whose key the table has, inserts the others, deletes those that are gone. Unique on the key.

    Columns that the rows lack stay as they are. `marks` come to stand in the commit's information.
    """
    key = definition_of(table).key
    matching = " AND ".join(f"t.`{name}` = s.`{name}`" for name in key)
    names = [name for name in rows.columns if name != IS_GONE]
    values = {f"`{name}`": f"s.`{name}`" for name in names}
    changes = {f"`{name}`": f"s.`{name}`" for name in names if name not in key}
    has_gone = IS_GONE in rows.columns
    delta = store.delta(table)
    rows = as_stored(rows, delta)
    if count <= FEW_ROWS and store.is_local and delta.count() <= FEW_STORED:
        merging = delta.merge(
            rows.toArrow(),
            matching,
            source_alias="s",
            target_alias="t",
            commit_properties=CommitProperties(custom_metadata=dict(marks)) if marks else None,
        )
        if has_gone:
            merging = merging.when_matched_delete(f"s.`{IS_GONE}`")
        merging.when_matched_update(changes).when_not_matched_insert(values).execute()
        return
    with _marked(store, marks):
        _merge_by_spark(store, table, rows, matching, changes, values, has_gone=has_gone)


@contextmanager
def _marked(store: "Store", marks: Mapping[str, str] | None) -> Iterator[None]:
    """Spark's commits in the block carry the marks."""
    if marks:
        store.spark.conf.set(USER_METADATA, json.dumps(marks))
    try:
        yield
    finally:
        if marks:
            store.spark.conf.unset(USER_METADATA)


USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"


def _merge_by_spark(
    store: "Store",
    table: str,
    rows: DataFrame,
    matching: str,
    changes: dict[str, str],
    values: dict[str, str],
    *,
    has_gone: bool,
) -> None:
    from delta.tables import DeltaTable

    merging = DeltaTable.forPath(store.spark, store.path(table)).alias("t").merge(rows.alias("s"), matching)
    if has_gone:
        merging = merging.whenMatchedDelete(f"s.`{IS_GONE}`")
    as_set: dict[str, str | Column] = {**changes}
    as_values: dict[str, str | Column] = {**values}
    merging.whenMatchedUpdate(set=as_set).whenNotMatchedInsert(values=as_values).execute()
