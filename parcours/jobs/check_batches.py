"""Whether the batches of a tick may be told of: each file as its row says, each delivery in one of them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow.fs import FileSystem, LocalFileSystem

from parcours.jobs.committed import Committed
from parcours.jobs.gate import Asked, answer, asked, judge
from parcours.jobs.leaving import leave
from parcours.jobs.places import read_places
from parcours.jobs.store import Store

LOG = logging.getLogger(__name__)
Row = dict[str, Any]


@dataclass
class Looked:
    """What was found of the batches: by what must hold of each, how many it doesn't hold of."""

    figures: dict[str, int] = field(default_factory=dict)

    def count(self, must_hold: str, broken: bool | int, batch: Row | None = None) -> None:
        """Adds to a figure; says which batch it is, where it is one."""
        self.figures[must_hold] = self.figures.get(must_hold, 0) + int(broken)
        if broken and batch is not None:
            LOG.error("%s: %s", batch["path"], must_hold)


def check_batches(question: Asked) -> dict[str, Any]:
    """Batches and deliveries looked at. GateFailed where something in them isn't as it must be."""
    places = read_places(question.folder)
    store = Store(places)  # type: ignore[arg-type]  # a store uses places alone
    batches = batches_of(store, question)
    if not batches:
        return {"batches": 0, "deliveries": 0}
    looked = Looked()
    for batch in batches:
        _look_at_file(batch, str(places.folder), looked)
    deliveries = _deliveries(store, question)
    _look_at_deliveries(batches, deliveries, looked)
    judge("batches", looked.figures)
    return {"batches": len(batches), "deliveries": deliveries.num_rows}


def batches_of(store: Store, question: Asked) -> list[Row]:
    """The rows of delivery_batches that the ticks in question wrote, in order of their sends."""
    if not store.exists("delivery_batches"):
        return []
    dataset = store.delta("delivery_batches").to_pyarrow_dataset()
    rows: list[Row] = dataset.to_table(filter=in_question(question)).to_pylist()
    return sorted(rows, key=lambda row: (row["channel"], row["first_send_at"], row["path"]))


def in_question(question: Asked) -> ds.Expression:
    """Rows of the ticks in question."""
    column = ds.field("tick_until")
    until = pa.scalar(question.until, pa.timestamp("us", "UTC"))
    if question.since is None:
        return column == until
    return (column > pa.scalar(question.since, pa.timestamp("us", "UTC"))) & (column <= until)


def _look_at_file(batch: Row, folder: str, looked: Looked) -> None:
    content = _content(batch["path"], folder)
    looked.count("the file of a batch is there", content is None, batch)
    if content is not None:
        is_other = hashlib.sha256(content).hexdigest() != batch["sha256"]
        looked.count("the file of a batch is the one that was sealed", is_other, batch)


def _content(path: str, folder: str) -> bytes | None:
    """The bytes of a batch's file; None where there is none."""
    system, place = FileSystem.from_uri(path) if "://" in path else (LocalFileSystem(), f"{folder}/{path}")
    try:
        with system.open_input_file(place) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def _deliveries(store: Store, question: Asked) -> pa.Table:
    """(delivery_id, batch_id, channel, send_at) of the sends in question."""
    columns = ["delivery_id", "batch_id", "channel", "send_at"]
    version = Committed(store).version("deliveries")
    dataset = store.delta("deliveries", version).to_pyarrow_dataset()
    return dataset.to_table(columns=columns, filter=in_question(question))


def _look_at_deliveries(batches: Iterable[Row], deliveries: pa.Table, looked: Looked) -> None:
    counts = {row["batch_id"]: row for row in _by_batch(deliveries)}
    for batch in batches:
        found = counts.pop(batch["batch_id"], None)
        is_whole = found is not None and found["delivery_id_count"] == batch["row_count"]
        looked.count("a batch has as many deliveries as its row says", not is_whole, batch)
        if found is not None:
            is_of_one = found["channel_min"] == found["channel_max"] == batch["channel"]
            looked.count("a batch has sends of one channel", not is_of_one, batch)
            spans = found["send_at_min"] == batch["first_send_at"] and found["send_at_max"] == batch["last_send_at"]
            looked.count("a batch has sends of the time that its row says", not spans, batch)
    looked.count("a delivery stands in a batch", sum(row["delivery_id_count"] for row in counts.values()))
    different = pc.count_distinct(deliveries["delivery_id"]).as_py()
    looked.count("a delivery stands in one batch", deliveries.num_rows - different)


def _by_batch(deliveries: pa.Table) -> list[Row]:
    figures = [("delivery_id", "count"), ("channel", "min"), ("channel", "max"), ("send_at", "min"), ("send_at", "max")]
    found: list[Row] = deliveries.group_by("batch_id").aggregate(figures).to_pylist()
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point: exit status 0 they may, 1 they may not."""
    question = asked("check_batches", argv)
    return answer(lambda: check_batches(question))


if __name__ == "__main__":
    leave(main())
