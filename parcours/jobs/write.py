"""The tables and batch files of a tick, before its commit: few rows by way of the driver, many by Spark."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import functions as F

from parcours.definition.times import iso
from parcours.jobs.batch import Cut, cut, describe, write_file
from parcours.jobs.commit import Staging, TickWriter
from parcours.jobs.inputs import Inputs
from parcours.jobs.store import Store
from parcours.jobs.walking import Frames, Walked
from parcours.transforms import resolve
from parcours.transforms.lines import with_batch_numbers
from parcours.walk import clock
from parcours.walk.agenda import Agenda
from parcours.walk.tally import Tally

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from parcours.definition.project import Project

FEW = 200_000
"""Rows of `step_outcomes` that go by way of the driver: a commit of milliseconds, where Spark's takes half a second."""


def write_tables(
    store: Store,
    project: Project,
    agenda: Agenda,
    inputs: Inputs,
    walked: Walked,
    figures: Tally,
    writer: TickWriter,
    staging: Staging,
) -> list[dict[str, Any]]:
    """Writes what the walk found; returns the batches, whose files are made in the staging folder.

    Each table must get as many rows as were walked: the tick's own reconciliation, before it commits (2.7).
    """
    batches: list[dict[str, Any]] = []
    few = figures.outcomes <= FEW
    if walked.movers is not None:
        frames = walked.as_frames(store.spark)
        _append(
            writer, "step_outcomes", resolve.outcomes(frames.walked, frames.rows, agenda), figures.outcomes, few=few
        )
        if figures.of("sent"):
            batches = _write_sends(store, project, agenda, frames, figures, writer, staging, few=few)
        removed = sum(writer.remove("journey_instances", text) for text in inputs.loaded)
        assert removed == walked.inside_count, f"{removed} instances removed, {walked.inside_count} were loaded"
        standing = resolve.instances(frames.walked, frames.endings, agenda)
        _append(writer, "journey_instances", standing, figures.instances, few=few)
        writer.compact("journey_instances", ("status", "active"))
        frames.walked.unpersist()
    if inputs.spread_later is not None:
        _append(writer, "spread_entries", inputs.spread_later, None, few=few)
    return batches


def _append(writer: TickWriter, table: str, frame: DataFrame, count: int | None, *, few: bool) -> None:
    if few:
        rows = frame.toArrow()
        written = rows.num_rows
        writer.append(table, rows)
    else:
        if table == "journey_instances":
            # Who is due together lies together, so that a tick reads and rewrites the files of those who are due.
            frame = frame.repartitionByRange(8, "status", "due_at").sortWithinPartitions("status", "due_at")
        written = writer.append_frame(table, frame)
    assert count is None or written == count, f"{table}: {written} rows for {count} that were walked"


def shown_outbox(project: Project) -> str:
    """The outbox as tables name it: relative to the project's folder, or the full URI that it is (3)."""
    return project.outbox if "://" in project.outbox else os.path.relpath(project.outbox, project.folder)


def _write_sends(
    store: Store,
    project: Project,
    agenda: Agenda,
    frames: Frames,
    figures: Tally,
    writer: TickWriter,
    staging: Staging,
    *,
    few: bool,
) -> list[dict[str, Any]]:
    sends = resolve.deliveries(frames.walked, frames.rows, agenda)
    until = iso(clock.moment_of(agenda.until))
    if few:
        rows = sends.toArrow()
        assert rows.num_rows == figures.of("sent"), f"{rows.num_rows} sends for {figures.of('sent')}"
        found: Cut = cut(rows, project.channels, staging.files, shown_outbox=shown_outbox(project), until=until)
        writer.append("deliveries", found.deliveries)
        return found.batches
    folder = staging.folder / "sends"
    numbered = with_batch_numbers(sends, {name: c.batch.max_rows for name, c in project.channels.items()})
    one_batch = ["channel", "route", "send_date", "batch_number"]
    (
        numbered.repartition(*one_batch)
        .sortWithinPartitions(*one_batch, "send_at", "instance_id", "step_id")
        .write.parquet(str(folder))
    )
    batches = _files_of(folder, project, staging.files, until)
    staged = store.spark.read.schema(numbered.schema).parquet(str(folder)).drop("batch_id")
    ids = store.spark.createDataFrame(
        pa.Table.from_pylist(
            [{name: batch[name] for name in (*one_batch, "batch_id")} for batch in batches], BATCH_KEYS
        )
    )
    same = [staged[name].eqNullSafe(ids[name]) for name in one_batch]
    known = staged.join(F.broadcast(ids), on=same, how="inner").select(
        *[staged[name] for name in staged.columns if name not in ("line", "batch_number")], ids["batch_id"]
    )
    written = writer.append_frame("deliveries", known)
    assert written == figures.of("sent"), f"{written} sends for {figures.of('sent')} that were walked"
    return [{k: v for k, v in b.items() if k not in ("send_date", "batch_number")} for b in batches]


BATCH_KEYS = pa.schema(
    [
        ("channel", pa.string()),
        ("route", pa.string()),
        ("send_date", pa.date32()),
        ("batch_number", pa.int32()),
        ("batch_id", pa.string()),
    ]
)


def _files_of(folder: Path, project: Project, files: Path, until: str) -> list[dict[str, Any]]:
    """Writes the batch files from sends that stand batch by batch in Parquet files, and describes them."""
    found: list[dict[str, Any]] = []
    for source in sorted(folder.glob("*.parquet")):
        left: pa.Table | None = None
        for chunk in pq.ParquetFile(source).iter_batches(batch_size=50_000):
            table = pa.Table.from_batches([chunk])
            table = table if left is None else pa.concat_tables([left, table])
            *whole, left = _by_batch(table)
            found += [_file_of(part, project, files, until) for part in whole]
        if left is not None and left.num_rows:
            found.append(_file_of(left, project, files, until))
    return sorted(found, key=lambda batch: batch["below_outbox"])


def _by_batch(table: pa.Table) -> list[pa.Table]:
    keys = list(zip(*(table[name].to_pylist() for name in ("channel", "send_date", "batch_number")), strict=True))
    starts = [0, *(place for place in range(1, len(keys)) if keys[place] != keys[place - 1]), len(keys)]
    return [table.slice(start, end - start) for start, end in pairwise(starts)]


def _file_of(part: pa.Table, project: Project, files: Path, until: str) -> dict[str, Any]:
    channel = project.channels[part["channel"][0].as_py()]
    number = part["batch_number"][0].as_py()
    batch = describe(part, channel, number, shown_outbox=shown_outbox(project), until=until)
    batch["sha256"] = write_file(files / batch["below_outbox"], part, channel)
    return {**batch, "send_date": part["send_date"][0].as_py(), "batch_number": number}
