"""Where the tables lie, that they are Delta, and who may write them: the one file that knows."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import TableNotFoundError

from parcours.definition.files import place_of
from parcours.definition.problems import UserError
from parcours.jobs.foreign import are_files_all, fitting, is_as_ours, may_lack, operation_of
from parcours.jobs.lock import locked
from parcours.jobs.making import add_missing_columns, make_table
from parcours.jobs.pruning import Within, files_with, rows_within
from parcours.jobs.schemas import arrow_schema, ddl_of
from parcours.tables import ALL, SOURCES, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from parcours.definition.project import Project

# Operations after which every row of a commit is a new one; a write may also replace what was there.
APPENDS = {"CREATE TABLE", "WRITE", "ADD COLUMN", "ADD COLUMNS", "SET TBLPROPERTIES", "OPTIMIZE"}

OWN_STAYS = "warehouse:audience_members"
"""The warehouse's own table of stays, where the source of that name stands elsewhere."""
LIVE = "mode = 'live'"
"""SQL that holds of rows that aren't of a trial: all that the engine and those who count ever read (decision 0013)."""

MOST_PINNED = 40
"""Versions of tables that are kept open: what a tick or two read."""


def definition_of(table: str) -> Table:
    """What a table of ours holds."""
    return ALL[SOURCES["audience_members"].name if table == OWN_STAYS else table]


def has_trials(table: str) -> bool:
    """Whether rows of trials (`test`, `dry_run`) may stand in the table beside those of ticks."""
    return table in ALL and "mode" in ALL[table].column_names


class Store:
    """The tables of one project's warehouse. Reading a version needs no lock; writing is for whoever holds one."""

    def __init__(self, project: "Project", spark: "SparkSession | None" = None) -> None:
        self.project = project
        self._spark = spark
        self._newest: dict[str, DeltaTable] = {}
        self._pinned: dict[tuple[str, int], DeltaTable] = {}

    @property
    def spark(self) -> "SparkSession":
        """The session, started at the first use of it."""
        if self._spark is None:
            from parcours.jobs.session import start_session

            self._spark = start_session(self.project)
        return self._spark

    def beside(self, project: "Project") -> "Store":
        """The tables of another project, in the same session."""
        return Store(project, self._spark)

    @property
    def is_local(self) -> bool:
        """Whether the warehouse is a folder of this machine."""
        return "://" not in self.project.warehouse

    def path(self, table: str) -> str:
        """Where a table lies: below the warehouse, or where parcours.yaml says that the source stands."""
        source = self.project.sources.get(table)
        if source is None:
            return f"{self.project.warehouse.rstrip('/')}/{table.removeprefix('warehouse:')}"
        return place_of(Path(self.project.folder), source.path)

    def is_elsewhere(self, table: str) -> bool:
        """Whether the table is a source that stands elsewhere: read, and never written."""
        return table in self.project.sources

    def delta(self, table: str, version: int | None = None) -> DeltaTable:
        """The table as delta-rs sees it; UserError where there is none."""
        try:
            if version is not None:
                return self._at(table, version)
            if table not in self._newest:
                self._newest[table] = DeltaTable(self.path(table))
            # Its log is read once; from then on only what has been added: a tick asks some fifty times.
            self._newest[table].update_incremental()
            return self._newest[table]
        except TableNotFoundError as error:
            raise UserError(f"no Delta table at {self.path(table)}") from error

    def _at(self, table: str, version: int) -> DeltaTable:
        if (table, version) not in self._pinned:
            if len(self._pinned) >= MOST_PINNED:
                self._pinned.clear()
            self._pinned[table, version] = DeltaTable(self.path(table), version=version)
        return self._pinned[table, version]

    def exists(self, table: str) -> bool:
        """Whether there is such a table."""
        return DeltaTable.is_deltatable(self.path(table))

    def version(self, table: str) -> int | None:
        """The table's version now; None where there is no table."""
        return self.delta(table).version() if self.exists(table) else None

    def column_types(self, table: str, version: int | None = None) -> dict[str, str]:
        """Spark SQL types of the table's columns, under our names; empty where there is no table."""
        if not self.exists(table):
            return {}
        source = self.project.sources.get(table)
        ours = {name: column for column, name in (source.columns if source else {}).items()}
        found = {ours.get(f.name, f.name): ddl_of(f.type) for f in self.delta(table, version).schema().fields}
        # Ours are read as what we say they are, whatever stands there.
        known = ALL[table].columns if table in ALL else ()
        return found | {column.name: column.type for column in known if column.name in found}

    def is_empty(self, table: str, version: int | None = None) -> bool:
        """Whether the table has no file at all."""
        return not self.delta(table, version).file_uris()

    def most_rows(
        self,
        table: str,
        version: int | None = None,
        *,
        within: Sequence[Within] = (),
        partitions: Mapping[str, Sequence[str]] | None = None,
    ) -> int:
        """A bound on how many rows `read` gives, from what the table's log says of its files; 0 for no table."""
        return rows_within(self.delta(table, version), within, partitions) if self.exists(table) else 0

    def ensure(self, *tables: str) -> None:
        """Makes the tables that are missing, and adds to older ones the columns that have been added since."""
        for name in tables or tuple(ALL):
            if self.is_elsewhere(name):
                self.delta(name)
            elif self.exists(name):
                add_missing_columns(self.delta(name), definition_of(name))
            else:
                make_table(self.path(name), definition_of(name))

    def read(
        self,
        table: str,
        version: int | None = None,
        *,
        within: Sequence[Within] = (),
        partitions: Mapping[str, Sequence[str]] | None = None,
    ) -> "DataFrame":
        """The table at a version, its known columns first; those that it lacks are null. Rows of trials are left out.

        `within` and `partitions` leave out files that hold none of the rows wanted; other rows may still come along.
        """
        rows = self._known_columns(table, self._load(table, version, within, partitions))
        return rows.where(LIVE) if has_trials(table) else rows

    def _load(
        self,
        table: str,
        version: int | None,
        within: Sequence[Within] = (),
        partitions: Mapping[str, Sequence[str]] | None = None,
    ) -> "DataFrame":
        if not self.is_elsewhere(table) and self.is_local and are_files_all(self.delta(table, version)):
            return self._load_files(table, version, within, partitions)
        reader = self.spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        return reader.load(self.path(table))

    def _load_files(
        self,
        table: str,
        version: int | None,
        within: Sequence[Within],
        partitions: Mapping[str, Sequence[str]] | None,
    ) -> "DataFrame":
        """The files of a version of one of our own tables, as delta-rs names them.

        Spark's Delta reader runs jobs of its own to know a table's files: a second for each table of a tick, where this
        takes milliseconds. It holds for tables that use nothing that the files alone don't tell, as ours (specification
        3).
        """
        delta = self.delta(table, version)
        schema = ", ".join(f"`{field.name}` {ddl_of(field.type)}" for field in delta.schema().fields)
        files = files_with(delta, within, partitions)
        if not files:
            return self.spark.createDataFrame([], schema)
        # delta-rs names them by where they really are: a table may lie behind a symbolic link.
        place = os.path.realpath(self.path(table))
        return self.spark.read.schema(schema).option("basePath", place).parquet(*files)

    def _known_columns(self, table: str, frame: "DataFrame") -> "DataFrame":
        from pyspark.sql import functions as F

        if table not in ALL and table != OWN_STAYS:
            return frame
        source = self.project.sources.get(table)
        theirs: Mapping[str, str] = source.columns if source else {}
        known = []
        for column in definition_of(table).columns:
            name = theirs.get(column.name, column.name)
            known.append(fitting(frame, name, column.type).alias(column.name))
        taken = set(theirs.values()) | set(definition_of(table).column_names)
        rows = frame.select(*known, *(F.col(f"`{name}`") for name in frame.columns if name not in taken))
        for name in may_lack(self.delta(table), definition_of(table), theirs):
            rows = rows.where(F.col(name).isNotNull())
        return rows

    def small(self, table: str, version: int | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """A table of few rows as Arrow, without Spark, in milliseconds; by Spark where others made it otherwise."""
        wanted = list(columns) if columns else None
        if table in SOURCES:
            names = wanted or SOURCES[table].column_names
            if self.is_elsewhere(table) or not is_as_ours(self.delta(table, version), SOURCES[table], names):
                rows = self.read(table, version)
                return (rows.select(*wanted) if wanted else rows).toArrow()
        return self.delta(table, version).to_pyarrow_table(columns=wanted)

    def changes(self, table: str, after: int | None, upto: int) -> "DataFrame":
        """Rows inserted or updated after version `after` (None: ever) up to `upto`, as they stand at `upto`.

        One row a key, with `is_new` (the key wasn't there at `after`) and `former` (a struct: the row as it was then).
        """
        from parcours.jobs import changes

        known = self.read(table, upto)
        if after is None or after >= upto:
            return changes.from_inserts(known if after is None else known.limit(0))
        if not self._has_feed(table, after, upto):
            return changes.from_snapshots(self.read(table, after), known, ALL[table].key)
        reader = self.spark.read.format("delta").option("readChangeFeed", "true")
        feed = reader.option("startingVersion", after + 1).option("endingVersion", upto).load(self.path(table))
        rows = self._known_columns(table, feed)
        if self._operations(table, after, upto) <= APPENDS:
            return changes.from_inserts(rows.drop("_change_type", "_commit_version", "_commit_timestamp"))
        return changes.from_feed(rows, ALL[table].key)

    def _has_feed(self, table: str, after: int, upto: int) -> bool:
        properties = self.delta(table, after).metadata().configuration
        now = self.delta(table, upto).metadata().configuration
        return all(found.get("delta.enableChangeDataFeed") == "true" for found in (properties, now))

    def _operations(self, table: str, after: int, upto: int) -> set[str]:
        delta = self.delta(table, upto)
        return {operation_of(commit) for commit in delta.history(upto - after)}

    def append(self, table: str, frame: "DataFrame") -> None:
        """Appends rows in one commit; the frame holds every column of the table, in any order."""
        columns = [f"`{field.name}`" for field in self.delta(table).schema().fields]
        frame.select(*columns).write.format("delta").mode("append").save(self.path(table))

    def append_small(self, table: str, rows: pa.Table | Sequence[Mapping[str, Any]]) -> None:
        """Appends rows that are on the driver, in one commit of milliseconds. No rows: no commit."""
        if isinstance(rows, pa.Table):
            rows = rows.cast(arrow_schema(ALL[table])) if table in ALL else rows
        else:
            rows = pa.Table.from_pylist(list(rows), schema=arrow_schema(ALL[table]))
        if rows.num_rows:
            write_deltalake(self.delta(table), rows, mode="append")

    def restore(self, table: str, version: int) -> None:
        """Puts the table back to a version, as a new version; nothing happens where it stands there already."""
        delta = self.delta(table)
        if delta.version() != version:
            delta.restore(version)

    @contextmanager
    def exclusive(self, *, waits: bool = False) -> Iterator[None]:
        """For ticks and changes of life: one at a time on a warehouse; Busy for the second, unless it waits."""
        if not self.is_local:
            # Whoever keeps a warehouse on an object store sees to it that one tick runs (the DAG does).
            yield
            return
        with locked(self._lock_file("tick"), "a tick or a change of a journey's life", waits=waits):
            yield

    @contextmanager
    def writing(self, table: str) -> Iterator[None]:
        """For loads: one at a time on a table, each waiting for the one before. A tick may run beside."""
        if self.is_elsewhere(table):
            path = self.path(table)
            raise UserError(f"{table} stands elsewhere and is only read (parcours.yaml: sources.{table}: {path})")
        if not self.is_local:
            yield
            return
        with locked(self._lock_file(table), f"a load of {table}", waits=True):
            yield

    def _lock_file(self, name: str) -> Path:
        return Path(self.project.warehouse, ".locks", f"{name}.lock")
