"""Which files of a table can hold rows that are wanted, from what the table's log says of each file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

SLACK = dt.timedelta(seconds=1)
"""Spark notes the instants of a file cut to milliseconds."""


@dataclass(frozen=True)
class Within:
    """Rows whose instant in `column` lies in [least, most]; a null instant doesn't. None: no bound."""

    column: str
    least: dt.datetime | None = None
    most: dt.datetime | None = None


def files_with(
    delta: DeltaTable, wanted: Sequence[Within] = (), partitions: Mapping[str, Sequence[str]] | None = None
) -> list[str]:
    """Full names of the files that can hold rows within all bounds, in one of the partitions named.

    A file of which the log says nothing is kept.
    """
    names = delta.file_uris()
    if not wanted and not partitions:
        return names
    known = {str(file["path"]): file for file in file_entries(delta)}
    return [name for name in names if _can_hold(_entry(known, name), wanted, partitions or {})]


def rows_within(
    delta: DeltaTable, wanted: Sequence[Within] = (), partitions: Mapping[str, Sequence[str]] | None = None
) -> int:
    """How many rows stand in those files; UNKNOWN where the log doesn't say it of each."""
    counts = [file.get("num_records") for file in file_entries(delta) if _can_hold(file, wanted, partitions or {})]
    return UNKNOWN if None in counts else sum(int(count) for count in counts)


UNKNOWN = 2**62
"""More rows than any table has."""


def file_entries(delta: DeltaTable) -> list[dict[str, Any]]:
    """What the log says of each file, its partition and bounds as `partition.<column>`, `min.<column>`."""
    rows: list[dict[str, Any]] = pa.table(delta.get_add_actions(flatten=True)).to_pylist()
    return rows


def _entry(known: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    parts = name.split("/")
    return next((known[tail] for k in range(1, 4) if (tail := "/".join(parts[-k:])) in known), {})


def _can_hold(file: Mapping[str, Any], wanted: Sequence[Within], partitions: Mapping[str, Sequence[str]]) -> bool:
    for column, values in partitions.items():
        if file.get(f"partition.{column}", values[0]) not in values:
            return False
    for bound in wanted:
        nulls, rows = file.get(f"null_count.{bound.column}"), file.get("num_records")
        if rows is not None and nulls == rows:
            return False
        low, high = (_instant(file.get(f"{end}.{bound.column}")) for end in ("min", "max"))
        if bound.most is not None and low is not None and low > bound.most:
            return False
        if bound.least is not None and high is not None and high + SLACK < bound.least:
            return False
    return True


def _instant(found: Any) -> dt.datetime | None:
    """What the log says of a file's instants; UTC where it names no zone. None for what isn't one: a text, say."""
    if not isinstance(found, dt.datetime):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
