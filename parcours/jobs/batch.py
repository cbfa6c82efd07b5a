"""Delivery batches: the sends of a tick cut into files (specification 2.6)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcours.definition.channels import Channel
from parcours.definition.times import iso
from parcours.transforms.lines import FIELDS


@dataclass
class Cutter:
    """Cuts the sends of a tick, which come in the order of their batches, and writes the files into `folder`.

    In one batch stand sends of one channel, route and UTC date, in order of send_at, then of instance and step (2.2).
    """

    channels: Mapping[str, Channel]
    folder: Path
    shown_outbox: str
    until: str
    batches: list[dict[str, Any]] = field(default_factory=list)

    def cut(self, parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The deliveries with their batch_id; `batches` has the rows of what has been cut so far."""
        number, former = 0, None
        for key, batch in self._batches(parts):
            number = number + 1 if key == former else 0
            former = key
            channel = self.channels[key[0]]
            row = describe(batch, channel, number, shown_outbox=self.shown_outbox, until=self.until)
            row["sha256"] = write_file(self.folder / row["below_outbox"], batch, channel)
            self.batches.append(row)
            place = batch.schema.get_field_index("batch_id")
            ids = pa.array([row["batch_id"]] * batch.num_rows, pa.string())
            yield batch.set_column(place, "batch_id", ids)

    def _batches(self, parts: Iterable[pa.Table]) -> Iterator[tuple[Key, pa.Table]]:
        """Each batch whole, with what its sends have in common."""
        held: list[pa.Table] = []
        key: Key | None = None
        for part in parts:
            for own, run in _runs(part):
                if key is not None and own != key:
                    yield key, pa.concat_tables(held)
                    held = []
                key = own
                most, start = self.channels[key[0]].batch.max_rows, 0
                while start < run.num_rows:
                    room = most - sum(table.num_rows for table in held)
                    held.append(run.slice(start, room))
                    start += room
                    if sum(table.num_rows for table in held) == most:
                        yield key, pa.concat_tables(held)
                        held = []
                key = key if held else None
        if key is not None and held:
            yield key, pa.concat_tables(held)


Key = tuple[str, str | None, dt.date]
"""Channel, route and UTC date."""
ONE_FILE = ("channel", "route", "send_date")


def _runs(part: pa.Table) -> Iterator[tuple[Key, pa.Table]]:
    """The stretches of a table in which the key is the same."""
    codes = [part[name].combine_chunks().dictionary_encode(null_encoding="encode").indices for name in ONE_FILE]
    matrix = np.stack([code.to_numpy(zero_copy_only=False) for code in codes])
    changes = np.flatnonzero((matrix[:, 1:] != matrix[:, :-1]).any(axis=0)) + 1
    for start, end in pairwise([0, *changes.tolist(), part.num_rows]):
        if end > start:
            channel, route, date = (part[name][start].as_py() for name in ONE_FILE)
            yield (channel, route, date), part.slice(start, end - start)


def describe(part: pa.Table, channel: Channel, number: int, *, shown_outbox: str, until: str) -> dict[str, Any]:
    """The row of a batch but for its digest; `below_outbox` is where its file goes."""
    first, last = part["send_at"][0].as_py(), part["send_at"][-1].as_py()
    tick = until.replace("-", "").replace(":", "")
    name = f"{channel.name}/{first:%Y-%m-%d}/{tick}-{number + 1:05d}.{channel.batch.format}"
    digest = hashlib.md5(_joined(part["delivery_id"], "|"), usedforsecurity=False).hexdigest()
    return {
        "batch_id": digest,
        "channel": channel.name,
        "route": part["route"][0].as_py(),
        "row_count": part.num_rows,
        "first_send_at": iso(first),
        "last_send_at": iso(last),
        "path": f"{shown_outbox.rstrip('/')}/{name}",
        "format": channel.batch.format,
        "tick_until": until,
        "below_outbox": name,
    }


# ---------------------------------------------------------------------------------------------------------- the files
def write_file(file: Path, part: pa.Table, channel: Channel) -> str:
    """Writes one file of the channel's format, and returns its SHA-256. The same rows make the same bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if channel.batch.format == "parquet":
        pq.write_table(_as_parquet(part), file)
    else:
        head = f"{','.join(FIELDS)}\n".encode() if channel.batch.format == "csv" else b""
        with file.open("wb") as text:
            text.writelines((head, _joined(part["line"], "\n"), b"\n"))
    with file.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _joined(column: pa.ChunkedArray, between: str) -> memoryview:
    """The texts one after another in UTF-8, without a Python string for each."""
    whole = column.cast(pa.large_string()).combine_chunks()
    lists = pa.LargeListArray.from_arrays(pa.array([0, len(whole)], pa.int64()), whole)
    return memoryview(pc.binary_join(lists, pa.scalar(between, pa.large_string()))[0].as_buffer())


def _as_parquet(part: pa.Table) -> pa.Table:
    links = part["unsubscribe_url"].to_pylist()
    headers = pa.array([None if link is None else list(one_click(link).items()) for link in links], TEXT_MAP)
    return part.select([name for name in FIELDS if name != "headers"]).append_column("headers", headers)


TEXT_MAP = pa.map_(pa.string(), pa.string())


def one_click(url: str) -> dict[str, str]:
    """The header fields of a one-click unsubscription (RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
