"""Tables that somebody else has made, in the warehouse or elsewhere: other types and features than ours would have."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deltalake import DeltaTable

from parcours.definition.problems import UserError
from parcours.jobs.schemas import ddl_of
from parcours.tables import SOURCES, Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

PLAIN_FEATURES = {"timestampNtz"}
"""Reader features of a Delta table that are a matter of types alone: its files tell everything."""


def are_files_all(delta: DeltaTable) -> bool:
    """Whether a table's files hold its rows as they are: no row is deleted elsewhere, no column has another name."""
    features = set(delta.protocol().reader_features or ()) - PLAIN_FEATURES
    mode = delta.metadata().configuration.get("delta.columnMapping.mode") or "none"
    return not features and mode == "none"


def is_as_ours(delta: DeltaTable, table: Table, names: Sequence[str]) -> bool:
    """Whether these columns stand in a table as we say that they are."""
    types = {field.name: ddl_of(field.type) for field in delta.schema().fields}
    return are_files_all(delta) and all(types.get(name) == table.column(name).type for name in names)


def fitting(frame: "DataFrame", name: str, kind: str) -> "Column":
    """A column of a frame as a type of ours: what does not fit is null, never a failed job."""
    from pyspark.sql import functions as F

    from parcours.transforms.shape import fitted

    if name not in frame.columns:
        return F.lit(None).cast(kind)
    found, own = frame.schema[name].dataType, F.col(f"`{name}`")
    return own if found.simpleString() == kind else fitted(own, found, kind)


def may_lack(delta: DeltaTable, table: Table, theirs: Mapping[str, str]) -> list[str]:
    """What may be null in a table and can't be in ours: such a row costs itself alone (2.7). `theirs`: its names."""
    if table.name not in SOURCES:
        return []
    filled = {field.name for field in delta.schema().fields if not field.nullable}
    needed = [column.name for column in table.columns if not column.nullable and column.name not in DEFAULTED]
    return [name for name in needed if theirs.get(name, name) not in filled]


DEFAULTED = ("list",)
"""Columns of which nothing says something: who stands on no list in particular is suppressed."""


def as_stored(rows: "DataFrame", delta: DeltaTable, *, whole: bool = False) -> "DataFrame":
    """Rows of ours as values of the types that stand in a table; with `whole` every column of it, else null.

    What doesn't fit is null: whoever loads asks `check_loadable` first.
    """
    from pyspark.sql import functions as F

    stored = {field.name: ddl_of(field.type) for field in delta.schema().fields}
    names = list(stored) if whole else rows.columns
    return rows.select(
        *((fitting(rows, name, stored[name]) if name in stored else F.col(name)).alias(name) for name in names)
    )


def check_loadable(path: str, table: Table) -> None:
    """UserError where somebody else has made the table, if there is one, of types that can't hold what is loaded."""
    wrong = _misfits(DeltaTable(path), table) if DeltaTable.is_deltatable(path) else []
    if wrong:
        what = "; ".join(wrong)
        raise UserError(f"{path} can't be loaded into: {what} (write it anew with that type, or move it away)")


def _misfits(delta: DeltaTable, table: Table) -> list[str]:
    """In words the columns of a table that can't hold what we would write to them."""
    known = {column.name: column.type for column in table.columns}
    stored = {field.name: ddl_of(field.type) for field in delta.schema().fields if field.name in known}
    return [
        f"{name} is {kind} there, and must be {known[name]}"
        for name, kind in stored.items()
        if kind not in (known[name], "string") and (known[name], kind) != ("timestamp", "timestamp_ntz")
    ]


def operation_of(commit: Mapping[str, Any]) -> str:
    """What a commit did, from a table's history; a write that replaced what was there is an OVERWRITE."""
    mode = str(dict(commit.get("operationParameters") or ()).get("mode")).strip('"')
    return "OVERWRITE" if mode.lower() == "overwrite" else str(commit["operation"])
