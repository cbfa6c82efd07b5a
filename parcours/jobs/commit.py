"""How a tick is committed, and what becomes of one that was killed. The protocol: docs/decisions/0003-commit.md.

1. Everything is made in `.staging`; `pending.json` says that a tick is on its way.
2. Tables are written, each commit marked with the tick.
3. The row of `ticks`: from now on the tick is committed.
4. Files go to the outbox, then their rows to `delivery_batches`; repeated until done, whoever starts next.
5. `.staging` is removed.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import CommitProperties, write_deltalake
from deltalake.transaction import AddAction

from parcours.jobs.boundaries import boundary
from parcours.jobs.compaction import compact
from parcours.jobs.handing_over import hand_over
from parcours.jobs.lock import Busy
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.session import OF_THEIR_OWN
from parcours.jobs.store import Store
from parcours.jobs.versions import finish_versions
from parcours.jobs.worker_files import Files, Parts, write_files
from parcours.tables import ALL

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from parcours.transforms.unfold import LayOut

log = logging.getLogger("parcours.tick")

MARK = "parcours.tick"
"""Key in a commit's information: the end of the tick that wrote it."""
WRITTEN = (
    "step_outcomes",
    "deliveries",
    "journey_instances",
    "spread_entries",
    "profile_updates",
    "journey_daily",
    "step_daily",
    "delivery_daily",
    "experiment_daily",
)
"""Tables that a tick writes before it is committed, and that are put back where it was killed."""


@dataclass(frozen=True)
class Written:
    """What journeys wrote to profiles and audiences in a tick.

    `columns` are the profile columns that were set, with their types; `changes` the audience, and whether it was added
    to, by `journey|version|step`; `pinned` the versions of both tables that the tick read.
    """

    columns: Mapping[str, str]
    changes: Mapping[str, Sequence[Any]]
    pinned: Mapping[str, int]


@dataclass(frozen=True)
class After:
    """What follows a commit: batches to hand over, and when the last one left which version (`journey|version`).

    And what journeys wrote to profiles and audiences, to be merged there.
    """

    batches: Sequence[Mapping[str, Any]]
    finished: Mapping[str, str]
    written: Written | None = None


@dataclass(frozen=True)
class Staging:
    """The folder in which a tick is prepared."""

    folder: Path

    @property
    def pending(self) -> Path:
        return self.folder / "pending.json"

    @property
    def files(self) -> Path:
        """Finished batch files, by their path below the project's folder or outbox."""
        return self.folder / "files"

    def open(self, until: str, what: str | None = None) -> None:
        """Begins: nothing of a former tick is left here. `what` is begun, where it is no tick."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.files.mkdir(parents=True)
        self.pending.write_text(json.dumps({"until": until, "what": what}))

    def seal(self, until: str, after: After) -> None:
        """Notes what is to be done once the tick is committed."""
        new = self.pending.with_suffix(".new")
        new.write_text(json.dumps({"until": until, **asdict(after)}))
        new.replace(self.pending)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def staging_of(store: Store) -> Staging:
    return Staging(Path(store.project.warehouse, ".staging"))


class TickWriter:
    """Writes the tables of one tick, each commit marked with it."""

    def __init__(self, store: Store, until: str) -> None:
        self.store, self.until = store, until
        self.properties = CommitProperties(custom_metadata={MARK: until})

    def append(self, table: str, rows: pa.Table) -> None:
        """Appends rows that are on the driver."""
        if rows.num_rows:
            self.append_parts(table, [rows])

    def append_parts(self, table: str, parts: Iterable[pa.Table]) -> int:
        """Appends rows that come to the driver part by part, in one commit; returns how many."""
        schema, count = arrow_schema(ALL[table]), 0

        def batches() -> Iterator[pa.RecordBatch]:
            nonlocal count
            for part in parts:
                count += part.num_rows
                yield from part.select(ALL[table].column_names).cast(schema).to_batches()

        boundary(f"before {table}")
        write_deltalake(
            self.store.delta(table),
            pa.RecordBatchReader.from_batches(schema, batches()),
            mode="append",
            commit_properties=self.properties,
        )
        boundary(f"after {table}")
        return count

    def append_frame(self, table: str, frame: Any) -> int:
        """Appends rows that Spark holds; returns how many."""
        before = self.store.delta(table).version()
        boundary(f"before {table}")
        (
            frame.select(*ALL[table].column_names)
            .write.format("delta")
            .mode("append")
            .option("userMetadata", json.dumps({MARK: self.until}))
            .save(self.store.path(table))
        )
        boundary(f"after {table}")
        delta = self.store.delta(table)
        if delta.version() == before:  # Delta makes no commit of no rows
            return 0
        return int(delta.history(1)[0]["operationMetrics"]["numOutputRows"])

    def append_unfolded(self, table: str, rows: DataFrame | Parts, unfold: LayOut) -> int:
        """Appends what `unfold` makes of the rows, to a table with one partition column; returns how many."""
        model, delta = ALL[table], self.store.delta(table)
        (partition,) = model.partitioned_by
        plain = frozenset(OF_THEIR_OWN) & set(model.column_names)
        files = Files(self.store.path(table), arrow_schema(model), partition, plain, model.skipped_by)
        boundary(f"before {table}")
        made = write_files(self.store.spark, rows, files, unfold)
        now = int(time.time() * 1000)
        added = [
            AddAction(file["path"], file["size"], {partition: file["value"]}, now, True, file["bounds"])
            for file in made
        ]
        if added:
            delta.create_write_transaction(
                added, "append", delta.schema(), list(model.partitioned_by), commit_properties=self.properties
            )
        boundary(f"after {table}")
        return sum(file["row_count"] for file in made)

    def compact(self) -> None:
        """Keeps few the files of who is inside."""
        compact(self.store, {MARK: self.until})

    def remove(self, table: str, predicate: str) -> int:
        """Deletes the rows that the predicate names; returns how many."""
        boundary(f"before removal from {table}")
        found = self.store.delta(table).delete(predicate, commit_properties=self.properties)
        boundary(f"after removal from {table}")
        return int(found["num_deleted_rows"] or 0)


def commit(store: Store, row: Mapping[str, Any]) -> None:
    """Writes the row of `ticks`: the tick is committed."""
    boundary("before the commit")
    store.append_small("ticks", [row])
    boundary("after the commit")


def table_versions(store: Store) -> dict[str, int]:
    """The version of each table that a tick writes."""
    return {table: found for table in WRITTEN if (found := store.version(table)) is not None}


# ------------------------------------------------------------------------------------------------------- settling
def settle(store: Store) -> None:
    """Completes or undoes a tick that was killed, and says so; nothing where there is none.

    Only for whoever holds the lock.
    """
    staging = staging_of(store)
    if not staging.pending.exists():
        return
    pending = json.loads(staging.pending.read_text())
    what = pending.get("what") or f"the tick until {pending['until'].replace('.000000Z', 'Z')}"
    if is_committed(store, pending["until"]):
        written = Written(**pending["written"]) if pending.get("written") else None
        complete(store, pending["until"], After(pending["batches"], pending["finished"], written))
        staging.close()
        log.warning("completed %s, which was stopped after its commit", what)
        return
    for table in WRITTEN:
        undo(store, table, pending["until"])
    staging.close()
    log.warning("undid %s, which was stopped before its commit", what)


def settle_unless_running(store: Store) -> None:
    """The same for whoever may run beside a tick: one that runs needs no settling."""
    if not staging_of(store).pending.exists():
        return
    with suppress(Busy), store.exclusive():
        settle(store)


def is_committed(store: Store, until: str) -> bool:
    if not store.exists("ticks"):
        return False
    ticks = store.small("ticks", columns=["until"])
    return any(found.as_py().strftime("%Y-%m-%dT%H:%M:%S.%fZ") == until for found in ticks["until"])


def undo(store: Store, table: str, until: str) -> None:
    """Puts the table back to before the commits that the tick made at its end."""
    if not store.exists(table):
        return
    delta = store.delta(table)
    version = delta.version()
    former = version
    for entry in delta.history(50):
        if mark_of(entry) != until:
            break
        former = int(entry["version"]) - 1
    if former != version:
        store.restore(table, former)


def mark_of(entry: Mapping[str, Any], key: str = MARK) -> str | None:
    """The tick that made a commit, from the table's history."""
    if key in entry:
        return str(entry[key])
    try:
        return str(json.loads(entry.get("userMetadata") or "{}").get(key)) or None
    except (ValueError, AttributeError):
        return None


def complete(store: Store, until: str, after: After) -> None:
    """Does what follows the commit of the tick of that name. Doing it again changes nothing."""
    hand_over(store, staging_of(store).files, after.batches)
    finish_versions(store, after.finished)
    if after.written is not None:
        from parcours.jobs.written import merge_written  # it needs what is noted of a tick here

        merge_written(store, until, after.written)
