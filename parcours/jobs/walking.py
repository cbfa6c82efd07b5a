"""The walk of a tick with Spark at its side: movers staged, walked, asked again until nothing is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F

from parcours.jobs.answers import Answers, answer
from parcours.jobs.inputs import Inputs
from parcours.jobs.instances import queue_ends
from parcours.jobs.joining import beside, jumpers, moving
from parcours.jobs.sources import zone_names
from parcours.jobs.store import Store
from parcours.transforms.gather import BY_NAME, People, with_names
from parcours.transforms.layers import with_layers
from parcours.transforms.narrow import NARROW, atoms_of, shared_groups, told_apart, with_likeness
from parcours.transforms.resolve import with_trails
from parcours.transforms.trails import Trails, trails_of
from parcours.walk import clock
from parcours.walk.agenda import Agenda, version_key
from parcours.walk.atoms import Atoms
from parcours.walk.people import in_order, people_of
from parcours.walk.tally import Tally
from parcours.walk.task import Result, Task
from parcours.walk.walk import walk

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from parcours.definition.project import Project
    from parcours.jobs.plans import Remembered


@dataclass(frozen=True)
class Frames:
    """The result of a walk beside the movers, for `resolve`."""

    walked: DataFrame
    rows: DataFrame
    endings: DataFrame
    trails: Trails
    seen: Callable[[DataFrame], DataFrame]
    """Gives movers what they see after the steps that they have in `passed`."""


@dataclass
class Walked:
    """The finished walk of a tick."""

    movers: DataFrame | None
    table: pa.Table | None
    atoms: Atoms
    names: list[str]
    result: Result
    inside_count: int
    parts: Sequence[str] = ()
    """The Parquet files that hold all of the movers, one row each; none where they lie elsewhere, or came in rounds."""

    def as_frames(self, spark: SparkSession, agenda: Agenda, people: People) -> Frames:
        trails = trails_of(self.result, self.names, self.atoms.count)
        assert self.movers is not None
        of, rows, endings = (beside(spark, table) for table in (trails.of, trails.rows, trails.endings))

        def seen(frame: DataFrame) -> DataFrame:
            return with_layers(frame, trails.ways, agenda, people.tables, people.zones)

        return Frames(with_trails(self.movers, of, agenda), rows, endings, trails, seen)

    def queued(self, figures: Tally, former: Remembered) -> dict[str, int]:
        """How many wait for room after the tick, by channel: those left alone, and those that it leaves waiting."""
        left = dict(former.queued)
        for name, count in self.loaded_queue().items():
            left[name] = left.get(name, 0) - count
        for name, count in figures.queued.items():
            left[name] = left.get(name, 0) + count
        return left

    def loaded_queue(self) -> dict[str, int]:
        """Of those who waited for room, how many were loaded, by channel."""
        if self.table is None:
            return {}
        counted = self.table.group_by("queue").aggregate([("count", "sum")]).to_pylist()
        return {row["queue"]: row["count_sum"] for row in counted if row["queue"] is not None}

    def apart(self) -> list[str]:
        """The instances that were loaded for what reaches them from outside: the predicates don't name them."""
        if self.table is None:
            return []
        found: list[str] = self.table.filter(self.table["is_apart"])["alike"].to_pylist()
        return found

    def oddities(self) -> dict[str, int]:
        """Of the entrants how many rows had something that doesn't fit, by what it was (2.7, row by row)."""
        if self.table is None:
            return {}
        entrants = self.table.filter(pc.is_valid(self.table["moment"]))
        odd = {"unknown_zones": entrants["unknown_zone"], "misfit_attributes": entrants["misfit_attributes"]}
        found = {
            name: pc.sum(pc.multiply(column.cast(pa.int64()), entrants["count"])).as_py() or 0
            for name, column in odd.items()
        }
        return {name: count for name, count in found.items() if count}

    def last_ends(self) -> dict[str, dt.datetime]:
        """When the last instance of each version ended in the tick."""
        found: dict[str, dt.datetime] = {}
        for version, _, ending in self.result.trails:
            if ending.ended_at is not None:
                at, key = clock.moment_of(ending.ended_at), version_key(version)
                found[key] = max(at, found.get(key, at))
        return found

    def remembered(self, agenda: Agenda, former: Remembered) -> dict[str, Any]:
        """What the next tick needs: the columns at the end of `ticks`. Windows and days that are over are left out."""
        open_windows = {
            key: count
            for key, count in self.result.window_counts.items()
            if clock.window(*_window(key))[1] > agenda.until
        }
        return {
            "cap_counts": _still_counting(self.result.cap_counts, agenda),
            "window_counts": open_windows,
            "occurrence_counts": dict(agenda.occurrence_counts),
            "last_occurrences": {journey: str(moment) for journey, moment in agenda.last_occurrences.items()},
            "sending_days": {
                name: f"{count}|{last or ''}" for name, (count, last) in self.result.days_sent.items() if count
            },
        }


def _window(key: str) -> tuple[str, str, int]:
    _, per, zone, start = key.rsplit("|", 3)
    return per, zone, int(start)


def _still_counting(counts: Mapping[str, int], agenda: Agenda) -> dict[str, int]:
    """The counters of caps whose version is still on the agenda."""
    living = {version_key(version) for version in agenda.versions}
    return {name: count for name, count in counts.items() if "|".join(name.split("|")[:2]) in living}


def walk_all(
    store: Store,
    project: Project,
    agenda: Agenda,
    inputs: Inputs,
    former: Remembered,
    folder: Path,
) -> Walked:
    """Stages the movers, and walks them until no question is open."""
    if inputs.movers is None:
        return _nobody(project, agenda, former)
    movers, table = _staged(store, inputs, inputs.movers, agenda, folder / "movers")
    people, ordered = people_of(table, agenda.versions), in_order(table)
    known = Answers()
    reasons: Mapping[str, str | None] = {}
    rounds = 0
    while True:
        task = Task(
            start=agenda.start,
            until=agenda.until,
            versions=agenda.versions,
            atoms=people.atoms,
            arrivals=people.arrivals,
            happenings=people.happenings,
            pauses=agenda.pauses,
            names=people.names,
            bodies=people.bodies,
            jump_reasons=reasons,
            channels=project.channels,
            project_zone=project.timezone,
            zone_names=zone_names(),
            counters=former.counters,
            changes=agenda.changes,
            forced=agenda.forced,
            allow_list_from=inputs.allow_list_from,
            queue_ends=queue_ends(ordered, inputs.queue_heads),
            answers=known.of,
            opened=known.opened,
            engagements=people.engagements,
        )
        result = walk(task)
        if result.queues:
            raise MoreQueue(result.queues)
        if result.asked and not result.jumping:
            known.take(answer(store, inputs, movers, agenda, people.names, ordered, result), result)
        elif result.jump_reasons != reasons and not result.jumping:
            reasons = result.jump_reasons
        elif result.jumping or result.moving:
            # Where they stand when they move is known once all else is.
            further = jumpers if result.jumping else moving
            rounds += 1
            more, rows = _staged(
                store, inputs, further(store, inputs, movers, agenda, result), agenda, folder / f"more-{rounds}"
            )
            movers, table = movers.unionByName(more), pa.concat_tables([table, rows], promote_options="default")
            people, ordered = people_of(table, agenda.versions), in_order(table)
            known = Answers()  # they go by the numbers of atoms, which are others now
        else:
            break
    there = ordered.filter(pc.is_null(ordered["moved_from"]))
    inside = pc.sum(there.filter(pc.is_null(there["moment"]))["count"]).as_py() or 0
    # Where nobody moves there is nothing to write, and Spark isn't asked again.
    there_are = movers if len(ordered) else None
    parts = [] if inputs.are_few or rounds else sorted(map(str, (folder / "movers").glob("*.parquet")))
    return Walked(there_are, ordered, people.atoms, people.names, result, inside, parts)


def _staged(store: Store, inputs: Inputs, found: DataFrame, agenda: Agenda, folder: Path) -> tuple[DataFrame, pa.Table]:
    """The movers, computed once, and on the driver the atoms that they are.

    Few are fetched whole, which saves a tick two queries; many stay with Spark, in files, and come as one row for all
    who are alike.
    """
    if inputs.are_few:
        everything = found.withColumn("alike", F.col("instance_id")).toArrow()
        ones = pa.array(np.ones(len(everything), dtype=np.int64))
        atoms = everything.select(["alike", *NARROW]).append_column("count", ones)
        return store.spark.createDataFrame(everything), atoms
    staged = str(folder)
    likened = with_likeness(found, agenda).drop(*BY_NAME)
    likened.write.mode("overwrite").option("compression", "lz4_raw").parquet(staged)
    movers = store.spark.read.schema(likened.schema).parquet(staged)
    shared = shared_groups(movers).toArrow()
    if len(shared):
        movers = told_apart(movers, store.spark.createDataFrame(shared))
    return with_names(movers, agenda), atoms_of(movers).toArrow()


class MoreQueue(Exception):
    """More of these channels' queues is needed than was loaded."""

    def __init__(self, channels: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(channels)))
        self.channels = channels


def _nobody(project: Project, agenda: Agenda, former: Remembered) -> Walked:
    nothing = np.array([], dtype=np.int64)
    matrix = nothing.reshape(0, 1)
    atoms = Atoms(
        nothing, nothing, nothing, nothing, matrix, matrix, matrix, matrix, matrix, matrix.astype(bool), {},
        nothing.astype(bool), nothing.astype(bool), nothing, nothing, nothing,
    )  # fmt: skip
    result = walk(
        Task(
            agenda.start, agenda.until, agenda.versions, atoms, [], project.channels, project.timezone, [],
            former.counters,
        )
    )  # fmt: skip
    return Walked(None, None, atoms, [], result, 0)
