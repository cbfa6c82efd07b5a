"""The tables as the last committed tick left them, a few rows at a time, without Spark."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from parcours.jobs.schemas import ddl_of
from parcours.jobs.store import LIVE, Store, has_trials

Row = dict[str, Any]


def rows_where(
    table: DeltaTable, where: str = "true", columns: Sequence[str] = (), most: int | None = None
) -> list[Row]:
    """The rows of a table for which the SQL holds.

    Not by pyarrow's datasets: a file that delta-rs has rewritten holds string views, which their filters refuse.
    """
    shown = ", ".join(f'"{name}"' for name in columns) or "*"
    limit = f" LIMIT {most}" if most is not None else ""
    found = QueryBuilder().register("t", table).execute(f"SELECT {shown} FROM t WHERE {where}{limit}")
    rows: list[Row] = pa.table(found.read_all()).to_pylist()
    return rows


def literal(text: str) -> str:
    """The text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def is_there(table: DeltaTable, column: str, text: str) -> bool:
    """Whether a row has that text in a column, which may hold numbers where others made the table."""
    kind = next((ddl_of(field.type) for field in table.schema().fields if field.name == column), None)
    if kind is None:
        return False
    shown = f'"{column}"' if kind == "string" else f'CAST("{column}" AS VARCHAR)'
    return bool(rows_where(table, f"{shown} = {literal(text)}", [column], most=1))


class Committed:
    """What stands in the tables once everything of an uncommitted tick, or of a trial, is left aside."""

    def __init__(self, store: Store) -> None:
        self.store = store
        ticks: list[Row] = store.small("ticks").to_pylist() if store.exists("ticks") else []
        self.tick: Row | None = max(ticks, key=lambda row: row["until"], default=None)
        self.ticks = sorted(ticks, key=lambda row: row["until"])

    @property
    def until(self) -> dt.datetime | None:
        """Where the last committed tick ended."""
        return self.tick["until"] if self.tick else None

    def figures(self, prefix: str) -> dict[str, int]:
        """Of the last tick's counts those of a kind, such as `inside:`, by what follows it."""
        counts = dict(self.tick["counts"] or ()) if self.tick else {}
        return {name.removeprefix(prefix): count for name, count in counts.items() if name.startswith(prefix)}

    def version(self, table: str) -> int | None:
        """The version at which the last tick left the table; None for a table that it didn't write, or none at all."""
        return dict(self.tick["table_versions"] or ()).get(table) if self.tick else None

    def rows(self, table: str, where: str = "true", columns: Sequence[str] = ()) -> list[Row]:
        """The rows that the tick left in a table and for which the SQL holds; none where nothing is committed."""
        version = self.version(table)
        if version is None or not self.store.exists(table):
            return []
        return rows_where(self.store.delta(table, version), _live(table, where), columns)

    def counts(self, table: str, where: str, by: Sequence[str]) -> list[Row]:
        """How many (`count`) of those rows there are of each kind, told apart and ordered by the columns `by`."""
        version = self.version(table)
        if version is None or not self.store.exists(table):
            return []
        kinds = ", ".join(f'"{name}"' for name in by)
        query = (
            f'SELECT {kinds}, count(*) AS "count" FROM t WHERE {_live(table, where)} GROUP BY {kinds} ORDER BY {kinds}'
        )
        found = QueryBuilder().register("t", self.store.delta(table, version)).execute(query)
        rows: list[Row] = pa.table(found.read_all()).to_pylist()
        return rows

    def smallest(self, table: str, column: str) -> dt.datetime | None:
        """The earliest instant in a column."""
        version = self.version(table)
        if version is None:
            return None
        query = f'SELECT min("{column}") AS "least" FROM t WHERE {_live(table, "true")}'
        found = QueryBuilder().register("t", self.store.delta(table, version)).execute(query)
        least: dt.datetime | None = pa.table(found.read_all())["least"][0].as_py()
        return least


def _live(table: str, where: str) -> str:
    """The condition, of rows that aren't of a trial."""
    return f"({where}) AND {LIVE}" if has_trials(table) else where
