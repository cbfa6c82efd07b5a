"""What a trial leaves: rows of its own mode, which no tick reads and nobody counts (decision 0013)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import QueryBuilder

from parcours.definition.problems import UserError, did_you_mean
from parcours.definition.times import iso
from parcours.jobs.commit import TickWriter, settle, staging_of
from parcours.jobs.committed import literal
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.store import Store
from parcours.jobs.versions import versions
from parcours.tables import ALL
from parcours.tables.engine import OUTCOMES

KEPT = ("step_outcomes", "journey_instances")
WORDS = {"dry_run": "dry run", "test": "test"}
Row = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """One tick on a clone, from `since` to `until`: of which journey, and marked with which mode."""

    clone: Store
    mode: str
    journey_id: str
    since: dt.datetime
    until: dt.datetime

    def counts(self, step_ids: Sequence[str]) -> list[Row]:
        """How many rows of step_outcomes by version, step, outcome, path and reason, in the order of the steps."""
        by = ("journey_version", "step_id", "outcome", "path", "reason")
        rows = self._query("step_outcomes", f'{", ".join(by)}, count(*) AS "count"', by).read_all().to_pylist()
        order = {id: number for number, id in enumerate(("entry", *step_ids, "end"))}

        def place(row: Row) -> tuple[Any, ...]:
            outcome = OUTCOMES.index(row["outcome"])
            return (
                order.get(row["step_id"], -1),
                outcome,
                row["path"] or "",
                row["reason"] or "",
                row["journey_version"],
            )

        return sorted(rows, key=place)

    def sends(self) -> list[Row]:
        """How many would be sent, by channel and UTC day."""
        where = f"journey_id = {literal(self.journey_id)} AND tick_until = '{iso(self.until)}'"
        query = (
            f'SELECT channel, send_date AS "day", count(*) AS "count" FROM t WHERE {where} '
            "GROUP BY channel, send_date ORDER BY channel, send_date"
        )
        found = QueryBuilder().register("t", self.clone.delta("deliveries")).execute(query)
        rows: list[Row] = pa.table(found.read_all()).to_pylist()
        return rows

    def inside(self) -> int:
        """How many of those whom the tick moved are inside after it."""
        rows = self._query("journey_instances", 'status, count(*) AS "count"', ["status"]).read_all().to_pylist()
        return sum(row["count"] for row in rows if row["status"] == "active")

    def write(self, table: str, folder: Path) -> Path:
        """Writes the trial's rows of a table to a file, as if the tick that ended at its beginning had made them.

        A file between the two tables: delta-rs can't read one while it writes another.
        """
        schema, file = arrow_schema(ALL[table]), folder / f"{table}.parquet"
        place = schema.get_field_index("tick_until")
        with pq.ParquetWriter(file, schema) as written:
            for batch in self._query(table, ", ".join(f'"{name}"' for name in schema.names), ()):
                part = pa.Table.from_batches([batch])
                until = pa.array([self.since] * part.num_rows, schema.field(place).type)
                written.write_table(part.set_column(place, "tick_until", until).cast(schema))
        return file

    def _query(self, table: str, shown: str, by: Sequence[str]) -> pa.RecordBatchReader:
        where = f"mode = '{self.mode}' AND journey_id = {literal(self.journey_id)} AND tick_until = '{iso(self.until)}'"
        grouped = f" GROUP BY {', '.join(by)}" if by else ""
        found = QueryBuilder().register("t", self.clone.delta(table))
        return pa.RecordBatchReader.from_stream(found.execute(f"SELECT {shown} FROM t WHERE {where}{grouped}"))


def settled(store: Store) -> None:
    """Settles a tick that was killed. Busy where one is under way: a trial that is to leave rows begins with none."""
    with store.exclusive():
        settle(store)


def leave_rows(store: Store, trial: Trial) -> None:
    """Puts the trial's rows in the place of those that an earlier one of the journey and mode has left.

    A tick that has begun meanwhile is waited for. Whoever is killed here is undone like a tick: all of it, or nothing.
    """
    files = {table: trial.write(table, Path(trial.clone.project.warehouse)) for table in KEPT}
    name = uuid.uuid4().hex  # of this time alone: what an earlier one has left isn't undone with it
    with store.exclusive(waits=True):
        settle(store)
        store.ensure(*KEPT)
        staging, writer = staging_of(store), TickWriter(store, name)
        staging.open(name, f"the {WORDS[trial.mode]} of {trial.journey_id}")
        for table in KEPT:
            writer.remove(table, f"mode = '{trial.mode}' AND journey_id = {literal(trial.journey_id)}")
            writer.append_parts(table, _parts(files[table]))
        staging.close()


def _parts(file: Path) -> Iterator[pa.Table]:
    return (pa.Table.from_batches([batch]) for batch in pq.ParquetFile(file).iter_batches())


def check_known(store: Store, project: Any, journey_id: str) -> None:
    """UserError for a journey that neither has a file nor is published."""
    known = {row["journey_id"] for row in versions(store)} | set(project.journeys)
    if journey_id not in known:
        hint = did_you_mean(journey_id, known) or f"there are: {', '.join(sorted(known)) or 'none'}"
        raise UserError(f"no journey '{journey_id}' in {project.folder}, and none is published ({hint})")
