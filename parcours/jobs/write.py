"""The tables and batch files of a tick, before its commit: few rows by way of the driver, many by Spark."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from parcours.definition.times import iso
from parcours.jobs.batch import Cutter
from parcours.jobs.commit import Staging, TickWriter
from parcours.jobs.inputs import Inputs, Pinned
from parcours.jobs.store import Store
from parcours.jobs.walking import Frames, Walked
from parcours.jobs.worker_files import Parts
from parcours.transforms import resolve
from parcours.transforms.sends import SEND_ORDER, deliveries, in_order, sends_of
from parcours.transforms.unfold import OF_ENDED, OF_MOVER, LayOut, TrailOf
from parcours.transforms.updates import updates as profile_updates
from parcours.transforms.written import with_source_values
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
    pinned: Pinned,
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
        assert inputs.people is not None
        frames = walked.as_frames(store.spark, agenda, inputs.people)
        sends = _rendered(store, agenda, frames, figures, staging, few=few) if figures.of("sent") else ()
        cutter = Cutter(project.channels, staging.files, shown_outbox(project), iso(clock.moment_of(agenda.until)))
        with ThreadPoolExecutor(1) as pool:
            # To cut many sends takes one core as long as Spark needs to write what else there is. Of few the writes
            # follow one another, so that each boundary between them can be tried.
            cutting = pool.submit(_write_sends, writer, cutter, sends, figures)
            if few:
                cutting.result()
            staged = None if few else _as_staged(walked, frames, agenda)
            _write_outcomes(writer, agenda, frames, figures, staged, few=few)
            if figures.updates:
                updates = profile_updates(frames.walked, frames.rows, agenda, frames.seen)
                if store.is_elsewhere("profiles"):
                    updates = with_source_values(updates, store.read("profiles", pinned.versions["profiles"]))
                _append(writer, "profile_updates", updates, figures.updates, few=few)
            predicates = [*inputs.loaded, *_by_id(walked.apart())]
            removed = sum(writer.remove("journey_instances", text) for text in predicates)
            assert removed == walked.inside_count, f"{removed} instances removed, {walked.inside_count} were loaded"
            _write_instances(writer, agenda, frames, figures, staged, few=few)
            writer.compact()
            cutting.result()
        batches = cutter.batches
    if inputs.spread_later is not None:
        _append(writer, "spread_entries", inputs.spread_later, None, few=few)
    return batches


def _by_id(ids: Sequence[str]) -> Iterator[str]:
    """Predicates that name these instances, some at a time."""
    for start in range(0, len(ids), IDS_AT_A_TIME):
        listed = ", ".join(f"'{one}'" for one in ids[start : start + IDS_AT_A_TIME])
        yield f"status = 'active' AND instance_id IN ({listed})"


IDS_AT_A_TIME = 20_000
"""So many ids stand in one predicate."""


@dataclass(frozen=True)
class AsStaged:
    """The movers where they were staged: workers read them there themselves, and find the trail of each by its name."""

    paths: Sequence[str]
    trail_of: TrailOf

    def laid_out(self, writer: TickWriter, table: str, columns: Sequence[str], lay_out: LayOut) -> int:
        """Appends to the table what is laid out of these columns and the trails; returns how many rows."""
        return writer.append_unfolded(table, Parts(self.paths, ("alike", *columns)), self.trail_of.then(lay_out))


def _as_staged(walked: Walked, frames: Frames, agenda: Agenda) -> AsStaged | None:
    trail_of = resolve.trail_of(frames.trails, agenda) if walked.parts else None
    return None if trail_of is None else AsStaged(walked.parts, trail_of)


def _write_outcomes(
    writer: TickWriter, agenda: Agenda, frames: Frames, figures: Tally, staged: AsStaged | None, *, few: bool
) -> None:
    unfold = resolve.unfolding(frames.trails, agenda)
    movers = frames.walked.select("trail", *OF_MOVER)
    if few:
        rows = unfold(movers.toArrow())
        written = rows.num_rows
        writer.append("step_outcomes", rows)
    elif staged is None:
        written = writer.append_unfolded("step_outcomes", movers, unfold)
    else:
        written = staged.laid_out(writer, "step_outcomes", OF_MOVER, unfold)
    assert written == figures.outcomes, f"{written} outcomes for {figures.outcomes} that were walked"


def _write_instances(
    writer: TickWriter, agenda: Agenda, frames: Frames, figures: Tally, staged: AsStaged | None, *, few: bool
) -> None:
    """Those who have ended are laid out by the workers, as outcomes are: nobody looks for them by when they are due."""
    ended = None if staged is None else resolve.ended(frames.trails, agenda)
    written = 0
    if staged is not None and ended is not None:
        written = staged.laid_out(writer, "journey_instances", OF_ENDED, ended)
    if written < figures.instances:
        active_only = ended is not None
        standing = resolve.instances(frames.walked, frames.endings, agenda, frames.seen, active_only=active_only)
        _append(writer, "journey_instances", standing, figures.instances - written, few=few)


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


def _rendered(
    store: Store, agenda: Agenda, frames: Frames, figures: Tally, staging: Staging, *, few: bool
) -> Iterable[pa.Table]:
    """The sends as they are to be delivered, in the order of their batches, part by part."""
    sent = sends_of(frames.walked, frames.rows, agenda)
    if few:
        order = [(name, "ascending") for name in SEND_ORDER]
        return [deliveries(sent, agenda, frames.seen).toArrow().sort_by(order)]
    # They are brought in order before they are rendered: what is rendered is ten times as large.
    count = max(store.spark.sparkContext.defaultParallelism, figures.of("sent") // ROWS_A_PART)
    ordered = in_order(sent, figures.of("sent"), count)
    folder = staging.folder / "sends"
    deliveries(ordered, agenda, frames.seen).write.option("compression", "lz4_raw").parquet(str(folder))
    return parts_of(folder)


def _write_sends(writer: TickWriter, cutter: Cutter, sends: Iterable[pa.Table], figures: Tally) -> None:
    if not figures.of("sent"):
        return
    written = writer.append_parts("deliveries", cutter.cut(sends))
    assert written == figures.of("sent"), f"{written} sends for {figures.of('sent')} that were walked"


ROWS_A_PART = 100_000
"""Sends that one task renders, and the driver holds at a time."""


def parts_of(folder: Path) -> Iterator[pa.Table]:
    """The rows of a folder that Spark wrote in order, in that order."""
    for file in sorted(folder.glob("*.parquet")):
        for chunk in pq.ParquetFile(file).iter_batches(batch_size=ROWS_A_PART):
            yield pa.Table.from_batches([chunk])
