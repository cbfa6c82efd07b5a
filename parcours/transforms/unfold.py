"""Movers to their outcomes, column by column in Arrow: a million people have five rows each, which costs Spark most.

Needs nothing but numpy and pyarrow: Spark's workers get these functions by value (jobs/worker_files.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

OF_MOVER = ("trail", "instance_id", "profile_id", "sequence")
"""What is needed of a mover."""


@dataclass(frozen=True)
class Unfolding:
    """The rows of each trail, to be laid out for whoever has that trail.

    `rows` are sorted by trail, those of one beside each other; `starts` says where each trail's begin, and where the
    last one's end. `columns` are those of `step_outcomes`, in its order.
    """

    rows: pa.Table
    starts: pa.Array
    columns: tuple[str, ...]

    @staticmethod
    def of(rows: pa.Table, trail_count: int, columns: tuple[str, ...]) -> Unfolding:
        """Of the rows of trails; `trail` and `position` say whose they are and where among them."""
        ordered = rows.sort_by([("trail", "ascending"), ("position", "ascending")]).combine_chunks()
        trails = ordered["trail"].to_numpy()
        starts = np.searchsorted(trails, np.arange(trail_count + 1))
        texts = {name: kind for name, kind in zip(ordered.column_names, ordered.schema.types, strict=True)}
        for place, (name, kind) in enumerate(texts.items()):
            if pa.types.is_string(kind):  # a few different texts, which a row then names by number
                ordered = ordered.set_column(place, name, ordered[name].dictionary_encode().unify_dictionaries())
        return Unfolding(ordered.combine_chunks(), pa.array(starts, pa.int64()), columns)

    def __call__(self, movers: pa.RecordBatch | pa.Table) -> pa.Table:
        """The outcomes of these movers, of which it takes OF_MOVER; those of each beside each other, in order."""
        starts = self.starts.to_numpy()
        trail = np.asarray(movers["trail"])
        counts = starts[trail + 1] - starts[trail]
        mover = np.repeat(np.arange(len(trail)), counts)
        firsts = np.cumsum(counts) - counts
        row = np.arange(len(mover)) - np.repeat(firsts - starts[trail], counts)
        found = self.rows.take(pa.array(row))
        whose = pa.array(mover)
        sequence = pc.add(movers["sequence"].take(whose), found["position"])
        own = {
            "instance_id": movers["instance_id"].take(whose),
            "profile_id": movers["profile_id"].take(whose),
            "sequence": sequence.cast(pa.int32()),
        }
        return pa.table({name: own[name] if name in own else found[name] for name in self.columns})
