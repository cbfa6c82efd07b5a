"""Movers to their outcomes, column by column in Arrow: a million people have five rows each, which costs Spark most.

Needs nothing but numpy and pyarrow: Spark's workers get these functions by value (jobs/worker_files.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Numbers = np.ndarray[Any, np.dtype[np.int64]]
OF_MOVER = ("trail", "instance_id", "profile_id", "sequence")
"""What is needed of a mover."""


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
        """The outcomes of these movers, of which it takes OF_MOVER; those of each beside each other, in order."""
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
