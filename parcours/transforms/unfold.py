"""Movers to what is written of them, column by column in Arrow: a million people have five outcomes each, which costs
Spark most.

Needs nothing but numpy and pyarrow: Spark's workers get these functions by value (jobs/worker_files.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Numbers = np.ndarray[Any, np.dtype[np.int64]]
OF_MOVER = ("instance_id", "profile_id", "sequence")
"""What is needed of a mover for its outcomes, besides its `trail`."""
OF_ENDED = ("instance_id", "profile_id", "sequence", "journey_id", "version", "entry_key", "entered_at", "moment",
            "occurrence", "context")  # fmt: skip
"""The same for its row of `journey_instances` where it has ended."""
LayOut = Callable[[pa.RecordBatch | pa.Table], pa.Table]
INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class TrailOf:
    """Gives movers, as they are staged, their `trail`, and leaves out those of whom nothing is written.

    `names` are those of atoms: what movers that are `alike` have in common, or the `instance_id` of a single one.
    """

    names: pa.Array
    trails: Numbers

    def __call__(self, movers: pa.Table) -> pa.Table:
        """The movers, of whom it takes `instance_id` and `alike`, with `trail`."""
        single, shared = (pc.index_in(movers[name], value_set=self.names) for name in ("instance_id", "alike"))
        place = pc.coalesce(single, shared)
        found = self.trails[place.drop_null().to_numpy()]
        return movers.filter(pc.is_valid(place)).append_column("trail", pa.array(found))

    def then(self, lay_out: LayOut) -> LayOut:
        """What lays out movers as they are staged, by what lays out movers that have their trail."""
        return lambda movers: lay_out(self(movers))


@dataclass(frozen=True)
class Unfolding:
    """The rows of each trail, to be laid out for whoever has that trail.

    `rows` are all that differ; those of trail t are the ones numbered `order[starts[t] : starts[t + 1]]`, the first of
    them being number `rows_before[t]` of the instance in the tick. `columns` are those of `step_outcomes`, in order.
    """

    rows: pa.Table
    order: Numbers
    starts: Numbers
    rows_before: Numbers
    columns: tuple[str, ...]

    @staticmethod
    def of(
        rows: pa.Table, order: Numbers, starts: Numbers, rows_before: Numbers, columns: tuple[str, ...]
    ) -> Unfolding:
        """Of all rows, and how the trails are made of them."""
        for place, field in enumerate(rows.schema):
            if pa.types.is_string(field.type):  # a few different texts, which a row then names by number
                rows = rows.set_column(place, field.name, rows[field.name].combine_chunks().dictionary_encode())
        return Unfolding(rows, order, starts, rows_before, columns)

    def __call__(self, movers: pa.RecordBatch | pa.Table) -> pa.Table:
        """The outcomes of these movers, of which it takes `trail` and OF_MOVER; of each beside each other, in order."""
        starts, trail = self.starts, np.asarray(movers["trail"])
        counts = starts[trail + 1] - starts[trail]
        mover = np.repeat(np.arange(len(trail)), counts)
        place = np.arange(len(mover)) - np.repeat(np.cumsum(counts) - counts, counts)
        found = self.rows.take(pa.array(self.order[place + starts[trail][mover]]))
        whose = pa.array(mover)
        before = pa.array(place + self.rows_before[trail][mover])
        sequence = pc.add(movers["sequence"].take(whose).cast(pa.int64()), before)
        own = {
            "instance_id": movers["instance_id"].take(whose),
            "profile_id": movers["profile_id"].take(whose),
            "sequence": sequence.cast(pa.int32()),
        }
        return pa.table({name: own[name] if name in own else found[name] for name in self.columns})


@dataclass(frozen=True)
class Ended:
    """The rows of `journey_instances` of those who have ended, which say little of a mover's own.

    `endings` has, by trail, the columns that follow from it (as `row_count` the rows that the mover has got), and
    `has_ended` which trails end so; `versions` the journeys' versions by number, `same` the columns that all share.
    """

    endings: pa.Table
    has_ended: np.ndarray[Any, np.dtype[np.bool_]]
    versions: Numbers
    same: Mapping[str, pa.Scalar]
    columns: tuple[str, ...]

    def __call__(self, movers: pa.Table) -> pa.Table:
        """The rows of these movers, of whom it takes `trail` and OF_ENDED."""
        mine = movers.filter(pa.array(self.has_ended[np.asarray(movers["trail"])]))
        ending = self.endings.take(mine["trail"].combine_chunks())
        has_occurrence = pc.greater(mine["occurrence"], 0)
        own = {
            **{name: pa.repeat(value, len(mine)) for name, value in self.same.items()},
            **{name: ending[name] for name in self.endings.column_names},
            **{name: mine[name] for name in ("instance_id", "journey_id", "profile_id", "entry_key", "context")},
            "journey_version": pa.array(self.versions[np.asarray(mine["version"])], pa.int32()),
            "entered_at": pc.coalesce(mine["entered_at"].cast(INSTANT), mine["moment"].cast(INSTANT)),
            "sequence": pc.add(mine["sequence"].cast(pa.int64()), ending["row_count"]).cast(pa.int32()),
            "occurrence": pc.if_else(has_occurrence, mine["occurrence"], None).cast(pa.int32()),
        }
        return pa.table({name: own[name] for name in self.columns})
