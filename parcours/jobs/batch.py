"""Delivery batches: the sends of a tick cut into files (specification 2.6)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parcours.definition.channels import Channel
from parcours.definition.times import iso

FIELDS = (
    "delivery_id",
    "channel",
    "route",
    "address",
    "profile_id",
    "journey_id",
    "journey_version",
    "instance_id",
    "step_id",
    "category",
    "template",
    "variant",
    "send_at",
    "content",
)
"""What a line of a batch holds, in this order; then `headers` where there is a link to unsubscribe."""


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
    for number, (start, length) in enumerate(_slices(ordered, channels)):
        part = ordered.slice(start, length)
        channel = channels[part["channel"][0].as_py()]
        batch = describe(part, channel, number, shown_outbox=shown_outbox, until=until)
        file = folder / batch["below_outbox"]
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, part, channel)
        batch["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        batches.append(batch)
        ids += [batch["batch_id"]] * length
    place = ordered.schema.get_field_index("batch_id")
    return Cut(ordered.set_column(place, "batch_id", pa.array(ids, pa.string())), batches)


def _slices(ordered: pa.Table, channels: Mapping[str, Channel]) -> Iterator[tuple[int, int]]:
    keys = list(zip(*(ordered[name].to_pylist() for name in ("channel", "route", "send_date")), strict=True))
    start = 0
    for position in range(1, len(keys) + 1):
        is_end = position == len(keys) or keys[position] != keys[start]
        if is_end or position - start == channels[keys[start][0]].batch.max_rows:
            yield start, position - start
            start = position


def describe(part: pa.Table, channel: Channel, number: int, *, shown_outbox: str, until: str) -> dict[str, Any]:
    """The row of a batch but for its digest; `below_outbox` is where its file goes."""
    first, last = part["send_at"][0].as_py(), part["send_at"][-1].as_py()
    name = f"{channel.name}/{first:%Y-%m-%d}/{until.replace('-', '').replace(':', '')}-{number + 1:05d}.{channel.batch.format}"
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
def lines(part: pa.Table, channel: Channel) -> Iterator[dict[str, Any]]:
    """Each delivery as it stands in a file; instants as ISO 8601."""
    for row in part.select((*FIELDS, "unsubscribe_url")).to_pylist():
        url = row.pop("unsubscribe_url")
        line = {**row, "send_at": iso(row["send_at"]), "content": dict(row["content"] or ())}
        if url is not None:
            line["headers"] = one_click(url)
        yield line


def one_click(url: str) -> dict[str, str]:
    """The header fields of a one-click unsubscription (RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def write_file(file: Path, part: pa.Table, channel: Channel) -> None:
    """One file of the channel's format. The same rows make the same bytes."""
    if channel.batch.format == "parquet":
        pq.write_table(_as_parquet(list(lines(part, channel)), part), file)
    elif channel.batch.format == "csv":
        file.write_text(_as_csv(list(lines(part, channel))), encoding="utf-8", newline="")
    else:
        with file.open("w", encoding="utf-8", newline="\n") as out:
            for line in lines(part, channel):
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """A header, then a line a delivery; maps are JSON objects (as `load` reads them)."""
    names = [*FIELDS, *(["headers"] if any("headers" in row for row in rows) else [])]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        values = (row.get(name) for name in names)
        writer.writerow(
            [json.dumps(v, ensure_ascii=False, separators=(",", ":")) if isinstance(v, dict) else v for v in values]
        )
    return out.getvalue()


def _as_parquet(rows: list[dict[str, Any]], part: pa.Table) -> pa.Table:
    text_map = pa.map_(pa.string(), pa.string())
    columns = {name: part[name] for name in FIELDS if name != "content"}
    columns["content"] = pa.array([list(row["content"].items()) for row in rows], text_map)
    headers = [list(row["headers"].items()) if "headers" in row else None for row in rows]
    if any(found is not None for found in headers):
        columns["headers"] = pa.array(headers, text_map)
    return pa.table(columns)
