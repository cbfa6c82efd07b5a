"""Delivery batches: the sends of a tick cut into files (specification 2.6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parcours.definition.channels import Channel
from parcours.definition.times import iso
from parcours.transforms.lines import FIELDS


@dataclass(frozen=True)
class Cut:
    """The deliveries in the order of their batches, each with its batch_id, and the batches."""

    deliveries: pa.Table
    batches: list[dict[str, Any]]


def cut(deliveries: pa.Table, channels: Mapping[str, Channel], folder: Path, *, shown_outbox: str, until: str) -> Cut:
    """Writes the batch files of deliveries that are on the driver into `folder`, and names them.

    In one batch stand sends of one channel, route and UTC date, in order of send_at, then of instance and step (2.2).
    """
    if not deliveries.num_rows:
        return Cut(deliveries, [])
    order = [(name, "ascending") for name in ("channel", "route", "send_date", "send_at", "instance_id", "step_id")]
    ordered = deliveries.sort_by(order).combine_chunks()
    batches, ids = [], []
    for number, start, length in _slices(ordered, channels):
        part = ordered.slice(start, length)
        channel = channels[part["channel"][0].as_py()]
        batch = describe(part, channel, number, shown_outbox=shown_outbox, until=until)
        batch["sha256"] = write_file(folder / batch["below_outbox"], part, channel)
        batches.append(batch)
        ids += [batch["batch_id"]] * length
    place = ordered.schema.get_field_index("batch_id")
    return Cut(ordered.set_column(place, "batch_id", pa.array(ids, pa.string())), batches)


def _slices(ordered: pa.Table, channels: Mapping[str, Channel]) -> Iterator[tuple[int, int, int]]:
    """(number within channel, route and date; where it starts; how many) of each batch."""
    keys = list(zip(*(ordered[name].to_pylist() for name in ("channel", "route", "send_date")), strict=True))
    start = number = 0
    for position in range(1, len(keys) + 1):
        is_end = position == len(keys) or keys[position] != keys[start]
        if is_end or position - start == channels[keys[start][0]].batch.max_rows:
            yield number, start, position - start
            start, number = position, 0 if is_end else number + 1


def describe(part: pa.Table, channel: Channel, number: int, *, shown_outbox: str, until: str) -> dict[str, Any]:
    """The row of a batch but for its digest; `below_outbox` is where its file goes."""
    first, last = part["send_at"][0].as_py(), part["send_at"][-1].as_py()
    tick = until.replace("-", "").replace(":", "")
    name = f"{channel.name}/{first:%Y-%m-%d}/{tick}-{number + 1:05d}.{channel.batch.format}"
    digest = hashlib.md5("|".join(part["delivery_id"].to_pylist()).encode(), usedforsecurity=False).hexdigest()
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
        head = [",".join(FIELDS)] if channel.batch.format == "csv" else []
        file.write_text("\n".join([*head, *part["line"].to_pylist()]) + "\n", encoding="utf-8", newline="")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _as_parquet(part: pa.Table) -> pa.Table:
    links = part["unsubscribe_url"].to_pylist()
    headers = pa.array([None if link is None else list(one_click(link).items()) for link in links], TEXT_MAP)
    return part.select([name for name in FIELDS if name != "headers"]).append_column("headers", headers)


TEXT_MAP = pa.map_(pa.string(), pa.string())


def one_click(url: str) -> dict[str, str]:
    """The header fields of a one-click unsubscription (RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
